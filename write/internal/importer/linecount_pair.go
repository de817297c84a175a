package importer

import "slices"

// alignByCount aligns two texts given the sizes of their stanzas.
func alignByCount(left, right []int) (pair, bool) {
	p := pair{method: "LINE_COUNT", status: "SUGGESTED"}
	nLeft, nRight := sum(left), sum(right)
	switch {
	case nLeft == 0 || nRight == 0:
		return p, false
	case slices.Equal(left, right) && len(left) > 1:
		p.status, p.confidence = "APPROVED", 0.95
	case nLeft == nRight && len(left) == 1 && len(right) == 1:
		p.confidence = 0.8
	case nLeft == nRight:
		p.confidence = 0.6
	case len(left) == len(right) && len(left) > 1:
		return byStanza(p, left, right), true
	default:
		return p, false
	}
	p.groups = []group{{Left: lines{From: 1, To: nLeft}, Right: lines{From: 1, To: nRight}, Linear: true, Confidence: p.confidence}}
	return p, true
}

// byStanza answers stanza with stanza. Neighbouring stanzas that match line by
// line become one group.
func byStanza(p pair, left, right []int) pair {
	l, r, matched := 1, 1, 0
	for i := range left {
		g := group{Left: lines{From: l, To: l + left[i] - 1}, Right: lines{From: r, To: r + right[i] - 1}, Linear: left[i] == right[i]}
		if g.Linear {
			matched += left[i] + right[i]
		}
		if last := len(p.groups) - 1; g.Linear && last >= 0 && p.groups[last].Linear {
			p.groups[last].Left.To, p.groups[last].Right.To = g.Left.To, g.Right.To
		} else {
			p.groups = append(p.groups, g)
		}
		l, r = l+left[i], r+right[i]
	}
	share := float64(matched) / float64(l+r-2)
	p.confidence = 0.3 + 0.3*share
	for i := range p.groups {
		p.groups[i].Confidence = 0.4
		if p.groups[i].Linear {
			p.groups[i].Confidence = 0.6
		}
	}
	return p
}

func sum(list []int) int {
	n := 0
	for _, x := range list {
		n += x
	}
	return n
}

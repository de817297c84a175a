package alignform

// Carried is an alignment as it is for texts that have moved on.
type Carried struct {
	Groups []Group
	Holds  int // how many have lines on both sides and are not stale
}

// Carry brings groups over to texts that have moved on. A group whose lines all have
// the words that they had, and stand together as they did, is as good as it was: of a
// linear group each pair of lines is looked at by itself. Any other is stale, with
// the lines that are left of it, and so are lines that came between: readers go on
// seeing them where they belong.
func Carry(groups []Group, left, right Text) Carried {
	c := carrier{left: left, right: right}
	for _, g := range groups {
		if g.Linear {
			c.pairs(g)
		} else {
			c.whole(g)
		}
	}
	c.out.Groups = between(c.out.Groups, &left, leftOf)
	c.out.Groups = between(c.out.Groups, &right, rightOf)
	for _, g := range c.out.Groups {
		if !g.Stale && !g.Left.Empty() && !g.Right.Empty() {
			c.out.Holds++
		}
	}
	return c.out
}

type carrier struct {
	left, right Text
	out         Carried
}

func (c *carrier) whole(g Group) {
	left, leftHolds := c.left.span(g.Left)
	right, rightHolds := c.right.span(g.Right)
	g.Stale = g.Stale || !leftHolds || !rightHolds
	g.Left, g.Right = left, right
	if !left.Empty() || !right.Empty() {
		c.out.Groups = append(c.out.Groups, g)
	}
}

// pairs carries a linear group pair by pair. Pairs that fared alike and still follow
// each other stay one group.
func (c *carrier) pairs(g Group) {
	first := len(c.out.Groups)
	for i := range g.Left.Len() {
		l, r := c.left.place(g.Left.From+i), c.right.place(g.Right.From+i)
		next := g
		next.Stale = g.Stale || !l.Same || !r.Same
		next.Left, next.Right = line(l.At), line(r.At)
		next.Linear = !next.Left.Empty() && !next.Right.Empty()
		last := len(c.out.Groups) - 1
		switch {
		case next.Left.Empty() && next.Right.Empty(): // they are gone
		case last >= first && follows(&c.out.Groups[last], &next):
			c.out.Groups[last].Left.To, c.out.Groups[last].Right.To = next.Left.To, next.Right.To
		default:
			c.out.Groups = append(c.out.Groups, next)
		}
	}
}

func line(at int) Lines { return Lines{From: at, To: at} }

func follows(last, next *Group) bool {
	return last.Stale == next.Stale && adjoins(last.Left, next.Left) && adjoins(last.Right, next.Right)
}

// adjoins tells whether lines go on where others end; nothing goes on with nothing.
func adjoins(a, b Lines) bool {
	if a.Empty() || b.Empty() {
		return a.Empty() && b.Empty()
	}
	return b.From == a.To+1
}

func leftOf(g *Group) *Lines  { return &g.Left }
func rightOf(g *Group) *Lines { return &g.Right }

// between puts the new lines of one side beside the groups that they stand next to.
// Those far from any group are of no alignment, as they would be in a new one.
func between(groups []Group, t *Text, side func(*Group) *Lines) []Group {
	if t.Places == nil {
		return groups
	}
	fresh := t.fresh()
	for i := range groups {
		for l, n := side(&groups[i]), side(&groups[i]).From; n <= l.To; n++ {
			fresh[n] = false
		}
	}
	add := func(out []Group, l Lines) []Group {
		for n := l.From; n <= l.To; n++ {
			fresh[n] = false
		}
		g := Group{Stale: true}
		*side(&g) = l
		return append(out, g)
	}
	out := make([]Group, 0, len(groups))
	for i := range groups {
		l := *side(&groups[i])
		if run := backwards(fresh, l.From-1); !l.Empty() && !run.Empty() {
			out = add(out, run)
		}
		out = append(out, groups[i])
		if run := onwards(fresh, l.To+1); !l.Empty() && !run.Empty() {
			out = add(out, run)
		}
	}
	return out
}

// onwards is the run of new lines that begins at a line; backwards that which ends there.
func onwards(fresh []bool, n int) (run Lines) {
	for ; fresh[n]; n++ {
		if run.Empty() {
			run.From = n
		}
		run.To = n
	}
	return run
}

func backwards(fresh []bool, n int) (run Lines) {
	for ; n > 0 && fresh[n]; n-- {
		if run.Empty() {
			run.To = n
		}
		run.From = n
	}
	return run
}

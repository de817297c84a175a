package contribution_test

// reference is what a contribution is, told without a database.
type reference struct {
	status    string
	version   int
	base      int             // the version of the work that it was made of
	work      int             // the version of the work that there is
	submitted bool            // ever
	approvals map[string]bool // of this version, by whom
	required  int
	automatic bool
	assignee  string
	events    int
}

// who acts. The reviewer of German holds no language of the work's.
var who = []string{"author", "other", "reviewer", "second", "german", "editor", "admin"}

func reviews(actor string) bool { return actor == "reviewer" || actor == "second" || edits(actor) }
func edits(actor string) bool   { return actor == "editor" || actor == "admin" }
func member(actor string) bool  { return actor == "author" || actor == "other" }

func (r *reference) in(states ...string) bool {
	for _, s := range states {
		if r.status == s {
			return true
		}
	}
	return false
}

func (r *reference) to(status string) { r.status, r.events = status, r.events+1 }

// own is what a step of the author's answers to others: nothing where all is well.
func (r *reference) own(actor string) string {
	switch {
	case actor == "author":
		return ""
	case !r.submitted || member(actor):
		return "NOT_FOUND"
	}
	return "FORBIDDEN"
}

func (r *reference) update(actor string, version, base int) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case version != r.version:
		return "STALE_VERSION"
	case !r.in("DRAFT", "CHANGES_REQUESTED", "CONFLICTED"):
		return "INVALID_STATE"
	case base != r.work:
		return "STALE_VERSION"
	}
	r.version, r.base, r.approvals = r.version+1, base, map[string]bool{}
	if r.status == "CONFLICTED" {
		r.status = "DRAFT"
	}
	r.to(r.status)
	return ""
}

func (r *reference) submit(actor string, version int) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case version != r.version:
		return "STALE_VERSION"
	case !r.in("DRAFT", "CHANGES_REQUESTED"):
		return "INVALID_STATE"
	case r.base != r.work:
		return "STALE_VERSION"
	}
	r.submitted, r.approvals, r.assignee = true, map[string]bool{}, ""
	r.to("SUBMITTED")
	return ""
}

func (r *reference) withdraw(actor string) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case r.in("APPLIED", "REJECTED", "WITHDRAWN"):
		return "INVALID_STATE"
	}
	r.to("WITHDRAWN")
	return ""
}

// refuses is what a step of reviewers answers before anything else.
func (r *reference) refuses(version int, states ...string) string {
	switch {
	case !r.submitted:
		return "NOT_FOUND"
	case version != 0 && version != r.version:
		return "STALE_VERSION"
	case !r.in(states...):
		return "INVALID_STATE"
	}
	return ""
}

func (r *reference) assign(actor string) string {
	if member(actor) {
		return "ROLE"
	}
	switch code := r.refuses(0, "SUBMITTED", "IN_REVIEW"); {
	case code != "":
		return code
	case !reviews(actor):
		return "LANGUAGE_NOT_HELD"
	case r.assignee != "" && r.assignee != actor && !edits(actor):
		return "INVALID_STATE"
	}
	r.assignee = actor
	r.to("IN_REVIEW")
	return ""
}

func (r *reference) review(actor, decision string, version int) string {
	if member(actor) {
		return "ROLE"
	}
	switch code := r.refuses(version, "SUBMITTED", "IN_REVIEW"); {
	case code != "":
		return code
	case !reviews(actor):
		return "LANGUAGE_NOT_HELD"
	}
	switch decision {
	case "REJECT":
		r.to("REJECTED")
	case "REQUEST_CHANGES":
		r.to("CHANGES_REQUESTED")
	default:
		if r.approvals[actor] = true; len(r.approvals) < r.required {
			r.to("IN_REVIEW")
			return ""
		}
		if r.to("APPROVED"); r.automatic {
			r.land()
		}
	}
	return ""
}

func (r *reference) apply(actor string, version int) string {
	if !edits(actor) {
		return "ROLE"
	}
	if code := r.refuses(version, "APPROVED"); code != "" {
		return code
	}
	r.land()
	return ""
}

// land applies it, or finds that the work has moved on.
func (r *reference) land() {
	if r.base != r.work {
		r.to("CONFLICTED")
		return
	}
	r.work++
	r.to("APPLIED")
}

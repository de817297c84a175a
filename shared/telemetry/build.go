package telemetry

import (
	"runtime"
	"runtime/debug"
)

// Build says which build of which service this is; its JSON answers /version.
type Build struct {
	Service  string `json:"service"`
	Version  string `json:"version"`            // of the module, "(devel)" outside a release
	Revision string `json:"revision,omitempty"` // the commit
	Time     string `json:"time,omitempty"`     // of the commit
	Modified bool   `json:"modified,omitempty"` // the tree had changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// ReadBuild reads what the Go linker left in the binary.
func ReadBuild(service string) Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return buildOf(service, info)
}

func buildOf(service string, info *debug.BuildInfo) Build {
	b := Build{
		Service: service, Version: info.Main.Version,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

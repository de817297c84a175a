package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Drop writes messages to files, as a mail server writes a maildir: made in tmp,
// and moved into new when whole. They hold tokens: only their owner reads them.
type Drop struct{ folder string }

const (
	dropTmp, dropNew = "tmp", "new"

	privateFolder, privateFile = 0o700, 0o600
)

// NewDrop makes the folder where there is none.
func NewDrop(folder string) (*Drop, error) {
	for _, name := range []string{dropTmp, dropNew} {
		if err := os.MkdirAll(filepath.Join(folder, name), privateFolder); err != nil { //nolint:gosec // the operator names the folder
			return nil, fmt.Errorf("the folder for mail: %w", err)
		}
	}
	return &Drop{folder}, nil
}

// Send writes the message. The names of files sort by time.
func (d *Drop) Send(ctx context.Context, m Message) error {
	msg, err := m.build()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return &Error{Stage: "file", cause: err}
	}
	var content bytes.Buffer
	if _, err := msg.WriteTo(&content); err != nil {
		return permanent("the message", errors.New("it cannot be written"))
	}
	name := time.Now().UTC().Format("20060102T150405.000000000Z") + "-" + rand.Text()[:8] + ".eml"
	draft := filepath.Join(d.folder, dropTmp, name)
	if err := write(draft, content.Bytes()); err != nil {
		return &Error{Stage: "file", cause: errors.Join(err, ignoreMissing(os.Remove(draft)))}
	}
	if err := os.Rename(draft, filepath.Join(d.folder, dropNew, name)); err != nil {
		return &Error{Stage: "file", cause: errors.Join(err, os.Remove(draft))}
	}
	return nil
}

// write makes a new file and sees it onto the disk.
func write(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, privateFile) //nolint:gosec // in the operator's folder
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

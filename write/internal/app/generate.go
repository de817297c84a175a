package app

//go:generate ../../../deploy/local/with-services go test . -run TestTheGuideOfEditing -update-guide

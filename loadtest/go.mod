module github.com/tercul/tercul/loadtest

go 1.26.0

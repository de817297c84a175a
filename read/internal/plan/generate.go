package plan

//go:generate go test . -run TestGoldenPlans -update

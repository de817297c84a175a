// Package fault breaks what can break around the services, and says what the services
// promise meanwhile.
//
// Of each fault the table in list.go tells how old an answer may be while it lasts and
// shortly after. What is not slower than usual to hear of changes has the bound of
// health: a database that is slow or gone makes answers late or missing, never old.
package fault

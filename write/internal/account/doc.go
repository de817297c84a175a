// Package account has the commands of accounts: making one, proving an address,
// signing in, passwords, sessions, keys, profile, deletion.
//
// Passwords are compared and hashed ahead of the transaction (command.RunAfter), so
// that a flood of sign-ins waits for a processor and not for a connection.
//
// # What an answer tells
//
// Whether an address has an account is told to its owner alone. Registering with a
// taken one makes an account all the same, with the name, the password and no
// address, and has mail say so to the owner; neither it nor any other new account
// can be signed in to before its address is confirmed, and one that never was is
// forgotten after a week. Links for passwords and confirmations are asked for by a
// job that looks for the account when it is worked on: the request does the same
// for any address. A sign-in with an unknown name costs a hash and is counted like
// one with a wrong password.
//
// # Failures count
//
// Each failed password of an account doubles the wait before the next is looked
// at, from the fourth on: 1 s, 2 s, up to 15 minutes. A success or a day forgets
// them. Setting a new password by mail goes on meanwhile.
//
// # Secrets
//
// Tokens of mails are made by the job that sends them, and stored as hashes: a
// mail that is sent again has another one, and the former is good no more. The
// queue holds addresses and no token.
package account

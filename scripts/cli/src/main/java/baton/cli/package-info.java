/** What a user types: the commands' names, their help, and what is said of a mistyped one. */
package baton.cli;

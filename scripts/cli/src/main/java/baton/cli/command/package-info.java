/** What a user types: submit a job, see how far it is, pause it. */
package baton.cli.command;

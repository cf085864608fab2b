/** What a user types: submit a job, see how far it is, pause it, simulate a day of it. */
package baton.scripts.cli;

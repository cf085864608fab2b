/** The command line: the names of the commands, their help, and messages for mistyped ones. */
package baton.cli;

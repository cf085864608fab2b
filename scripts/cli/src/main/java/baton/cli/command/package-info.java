/** The commands of {@code baton}, such as {@code submit}, {@code status} and {@code pause}. */
package baton.cli.command;

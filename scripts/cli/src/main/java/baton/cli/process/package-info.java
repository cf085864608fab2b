/**
 * Real processes of Baton, started and killed: each a JVM of its own with this one's class path.
 */
package baton.cli.process;

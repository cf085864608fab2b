/** Starts and kills real processes of Baton: each is a JVM with this one's class path. */
package baton.cli.process;

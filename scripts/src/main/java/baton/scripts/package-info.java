/**
 * What the scripts run: the command line, the simulation, the demo, the crash test. It may know all
 * parts, and no part knows it.
 */
package baton.scripts;

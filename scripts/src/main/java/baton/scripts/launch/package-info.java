/** Baton's own programs as processes of their own, for whoever measures, kills or shows them. */
package baton.scripts.launch;

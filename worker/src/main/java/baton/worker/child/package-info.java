/**
 * Programs that train in a child process, such as a Python script: the worker's end of the program
 * protocol (docs/reference/program-protocol.md) behind the ports of the core. The child trains and
 * writes files; it does not take part in leases, uploads and commits.
 */
package baton.worker.child;

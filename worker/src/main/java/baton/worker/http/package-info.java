/** How a worker reaches its coordinator: over HTTP, with the protocol's client. */
package baton.worker.http;

/**
 * The coordinator's HTTP interface, on Vert.x.
 *
 * <ol>
 *   <li>{@link baton.coordinator.http.HttpListener} listens; before it is open, and while it
 *       drains, it answers for itself.
 *   <li>{@link baton.coordinator.http.Routes} lists every path with the role it needs.
 *   <li>{@link baton.coordinator.http.RequestGuard} asks for a token of that role, then holds the
 *       request to the {@link baton.coordinator.http.Contract}.
 *   <li>A handler turns the request into values, calls the relay, and turns the outcome into JSON;
 *       {@link baton.coordinator.http.Problems} turns all else into a problem document.
 * </ol>
 *
 * <p>Knows the relay and the lease core, no other shell. Wire types stop here.
 */
package baton.coordinator.http;

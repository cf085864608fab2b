/**
 * The coordinator's HTTP interface, on Vert.x.
 *
 * <ol>
 *   <li>{@link baton.coordinator.http.HttpListener} listens; before it is open, and while it
 *       drains, it answers by itself.
 *   <li>{@link baton.coordinator.http.Routes} lists every path with the role it needs.
 *   <li>{@link baton.coordinator.http.RequestGuard} requires a token of that role, then checks the
 *       request against the {@link baton.coordinator.http.Contract}.
 *   <li>A handler turns the request into values, calls the relay, and turns the outcome into JSON;
 *       {@link baton.coordinator.http.Problems} turns everything else into a problem document.
 * </ol>
 *
 * <p>It depends on the relay and the lease core, and on no other shell. Wire types are used only
 * here.
 */
package baton.coordinator.http;

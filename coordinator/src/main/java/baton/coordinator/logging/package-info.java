/** How the coordinator writes its log. */
package baton.coordinator.logging;

/**
 * The history of what clients of coordinators saw, request by request, and an independent checker
 * that knows the rules (R1, R2, R3, R4, R9) but not how they are implemented.
 */
package baton.proofs.history;

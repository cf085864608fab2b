/**
 * What clients of coordinators saw, request by request, and an outsider's judgement of it: it knows
 * the rules (R1, R2, R3, R4, R9), and nothing of how they are kept.
 */
package baton.proofs.history;

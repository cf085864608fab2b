/**
 * The drill: a short run unbroken and one that is killed and resumed, compared part by part before
 * GPU hours are spent. {@code Diagnosis} is pure; the rest gathers what it needs.
 */
package baton.cli.drill;

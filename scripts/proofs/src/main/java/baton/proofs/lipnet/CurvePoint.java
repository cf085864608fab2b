package baton.proofs.lipnet;

/**
 * How well strangers are read after some time of training.
 *
 * @param wer rate of wrong words
 * @param cer rate of wrong characters
 */
record CurvePoint(double minutes, double wer, double cer) {}

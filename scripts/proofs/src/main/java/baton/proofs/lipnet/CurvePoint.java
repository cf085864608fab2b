package baton.proofs.lipnet;

/**
 * The error rates on unseen speakers after some time of training.
 *
 * @param wer word error rate
 * @param cer character error rate
 */
record CurvePoint(double minutes, double wer, double cer) {}

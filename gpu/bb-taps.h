/* bb-taps.h: resampling tables
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "kernels/bb-samples.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbTapsWindow:
 * @BB_WINDOW_CUBIC: Catmull-Rom cubic; interpolates, support 2
 * @BB_WINDOW_BSPLINE: quadratic B-spline; smooths, variance 1/4, support 3/2
 * @BB_WINDOW_GAUSSIAN: gaussian of variance 1, cut at 4.2
 * @BB_WINDOW_SOFT_CUBIC: the cubic convolved with a gaussian
 * @BB_WINDOW_NEAREST: one sample, the nearest
 *
 * Shape of the weights around the centre of an output sample.
 */
typedef enum {
  BB_WINDOW_CUBIC,
  BB_WINDOW_BSPLINE,
  BB_WINDOW_GAUSSIAN,
  BB_WINDOW_SOFT_CUBIC,
  BB_WINDOW_NEAREST,
} BbTapsWindow;

/**
 * BbAxis:
 * @n_out: samples to make
 * @origin: where the first one's centre lies, in input samples (sample i has its centre at i)
 * @step: input samples from one output sample to the next
 * @first: first input sample that may be read
 * @last: one past the last input sample that may be read
 * @scale: width of the window, input samples for one unit of it
 * @sigma: standard deviation of the gaussian of %BB_WINDOW_SOFT_CUBIC, in input samples
 * @gain: sum of the weights of each output sample
 *
 * Geometry of a resampling along one axis.
 */
typedef struct {
  int n_out;
  double origin;
  double step;
  int first;
  int last;
  double scale;
  double sigma;
  double gain;
} BbAxis;

void bb_taps_init (BbTaps *taps, BbTapsWindow window, const BbAxis *axis);
void bb_taps_init_identity (BbTaps *taps, int n);
void bb_taps_clear (BbTaps *taps);
void bb_taps_get_range (const BbTaps *taps, int *first, int *last);
double bb_window_weight (BbTapsWindow window, double x, double sigma);

G_END_DECLS

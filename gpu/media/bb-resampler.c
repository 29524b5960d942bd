/* bb-resampler.c: sample rate, format and channels of decoded sound
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A resampler whose output stays the same while its input may change: television switches between
 * 5.1 and stereo, and files leave out which channels they hold.
 */

#include "bb-resampler.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>

struct _BbResampler {
  AVChannelLayout layout;
  enum AVSampleFormat format;
  int rate;

  SwrContext *swr; /* unset until there is an input */
  AVChannelLayout in_layout;
  int in_format;
  int in_rate;
};

/**
 * bb_resampler_guess_layout:
 * @known: (out): channels as they are mixed, to be freed with av_channel_layout_uninit()
 * @stored: channels as a file says or does not say them
 *
 * Where a file only says how many channels there are, they are the usual ones of that number. Where
 * there are none usual, and for ambisonics, which no mixer of FFmpeg takes, it is the first two
 * channels, or the first one, which has the sound of all directions.
 */
void
bb_resampler_guess_layout (AVChannelLayout *known, const AVChannelLayout *stored)
{
  *known = (AVChannelLayout) { 0 };
  if (stored->order == AV_CHANNEL_ORDER_NATIVE && av_channel_layout_check (stored))
    {
      av_channel_layout_copy (known, stored);
      return;
    }
  if (stored->order == AV_CHANNEL_ORDER_CUSTOM && av_channel_layout_copy (known, stored) >= 0 &&
      av_channel_layout_retype (known, AV_CHANNEL_ORDER_NATIVE, 0) == 0)
    return;
  av_channel_layout_uninit (known);
  if (stored->order == AV_CHANNEL_ORDER_AMBISONIC)
    av_channel_layout_default (known, 1);
  else
    av_channel_layout_default (known, stored->nb_channels);
  if (known->order != AV_CHANNEL_ORDER_NATIVE && stored->nb_channels > 0)
    {
      av_channel_layout_uninit (known);
      av_channel_layout_default (known, MIN (stored->nb_channels, 2));
    }
}

/* Surround speakers stand at the side or in the back; films know one pair of them. */
static enum AVChannel
get_twin (enum AVChannel channel)
{
  switch (channel)
    {
    case AV_CHAN_SIDE_LEFT:
      return AV_CHAN_BACK_LEFT;
    case AV_CHAN_SIDE_RIGHT:
      return AV_CHAN_BACK_RIGHT;
    case AV_CHAN_BACK_LEFT:
      return AV_CHAN_SIDE_LEFT;
    case AV_CHAN_BACK_RIGHT:
      return AV_CHAN_SIDE_RIGHT;
    default:
      return AV_CHAN_NONE;
    }
}

static gboolean
has (const AVChannelLayout *layout, enum AVChannel channel)
{
  return channel != AV_CHAN_NONE && av_channel_layout_index_from_channel (layout, channel) >= 0;
}

/**
 * bb_resampler_count_kept:
 * @from: channels
 * @to: other channels
 *
 * Returns: how many channels of @from have one of their own in @to; a pair at the side may be the
 *   one in the back, and the other way round
 */
guint
bb_resampler_count_kept (const AVChannelLayout *from, const AVChannelLayout *to)
{
  guint n = 0;

  for (int i = 0; i < from->nb_channels; i++)
    {
      enum AVChannel channel = av_channel_layout_channel_from_index (from, (guint) i);
      enum AVChannel twin = get_twin (channel);

      if (has (to, channel) || (has (to, twin) && !has (from, twin)))
        n++;
    }
  return n;
}

/**
 * bb_resampler_new:
 * @layout: channels to make
 * @format: format of samples to make
 * @rate: samples a second to make
 *
 * Returns: (transfer full): a resampler without an input
 */
BbResampler *
bb_resampler_new (const AVChannelLayout *layout, enum AVSampleFormat format, int rate)
{
  BbResampler *self = g_new0 (BbResampler, 1);

  av_channel_layout_copy (&self->layout, layout);
  self->format = format;
  self->rate = rate;
  return self;
}

/**
 * bb_resampler_free:
 * @resampler: (transfer full) (nullable): a resampler
 */
void
bb_resampler_free (BbResampler *resampler)
{
  if (resampler == NULL)
    return;
  swr_free (&resampler->swr);
  av_channel_layout_uninit (&resampler->in_layout);
  av_channel_layout_uninit (&resampler->layout);
  g_free (resampler);
}

/**
 * bb_resampler_is_for:
 * @resampler: a resampler
 * @frame: decoded sound
 *
 * Returns: whether @frame is like the input. Where it is not, what is left of the old input is to
 *   be taken out with bb_resampler_convert(), and bb_resampler_set_input() called
 */
gboolean
bb_resampler_is_for (BbResampler *resampler, const AVFrame *frame)
{
  return resampler->swr != NULL && resampler->in_rate == frame->sample_rate &&
         resampler->in_format == frame->format &&
         av_channel_layout_compare (&resampler->in_layout, &frame->ch_layout) == 0;
}

/**
 * bb_resampler_set_input:
 * @resampler: a resampler
 * @frame: decoded sound of the kind that comes from now on
 *
 * Begins with a new kind of input; what was left of an old one is gone. Channels that @frame does
 * not name are those that are made where these are as many, else what bb_resampler_guess_layout()
 * says.
 *
 * Returns: 0, or a negative FFmpeg error, and there is no input
 */
int
bb_resampler_set_input (BbResampler *resampler, const AVFrame *frame)
{
  AVChannelLayout known;
  int result;

  bb_resampler_forget_input (resampler);
  if (frame->sample_rate <= 0 || frame->ch_layout.nb_channels <= 0)
    return AVERROR_INVALIDDATA;
  /* As many as are made, and unnamed: those. */
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC &&
      frame->ch_layout.nb_channels == resampler->layout.nb_channels)
    {
      known = (AVChannelLayout) { 0 };
      av_channel_layout_copy (&known, &resampler->layout);
    }
  else
    bb_resampler_guess_layout (&known, &frame->ch_layout);
  resampler->in_rate = frame->sample_rate;
  resampler->in_format = frame->format;
  result = av_channel_layout_copy (&resampler->in_layout, &frame->ch_layout);
  if (result >= 0)
    result =
      swr_alloc_set_opts2 (&resampler->swr, &resampler->layout, resampler->format, resampler->rate,
                           &known, frame->format, frame->sample_rate, 0, NULL);
  if (result >= 0 && known.nb_channels < frame->ch_layout.nb_channels)
    {
      /* The first channels out of many. */
      AVChannelLayout all = { .order = AV_CHANNEL_ORDER_UNSPEC,
                              .nb_channels = frame->ch_layout.nb_channels };
      static const int first[] = { 0, 1 };

      result = av_opt_set_chlayout (resampler->swr, "in_chlayout", &all, 0);
      if (result >= 0)
        result = av_opt_set_chlayout (resampler->swr, "used_chlayout", &known, 0);
      if (result >= 0)
        result = swr_set_channel_mapping (resampler->swr, first);
    }
  if (result >= 0)
    result = swr_init (resampler->swr);
  av_channel_layout_uninit (&known);
  if (result < 0)
    bb_resampler_forget_input (resampler);
  return result;
}

/**
 * bb_resampler_forget_input:
 * @resampler: a resampler
 *
 * Drops the input and what is left of it.
 */
void
bb_resampler_forget_input (BbResampler *resampler)
{
  swr_free (&resampler->swr);
  av_channel_layout_uninit (&resampler->in_layout);
}

/**
 * bb_resampler_get_delay:
 * @resampler: a resampler
 *
 * Returns: samples, as they are made, of the input that were not given out yet
 */
gint64
bb_resampler_get_delay (BbResampler *resampler)
{
  return resampler->swr != NULL ? swr_get_delay (resampler->swr, resampler->rate) : 0;
}

/**
 * bb_resampler_get_n_out:
 * @resampler: a resampler
 * @frame: (nullable): decoded sound, or %NULL for what is left
 *
 * Returns: samples a channel that bb_resampler_convert() makes of it at most
 */
int
bb_resampler_get_n_out (BbResampler *resampler, const AVFrame *frame)
{
  if (resampler->swr == NULL)
    return 0;
  return MAX (swr_get_out_samples (resampler->swr, frame != NULL ? frame->nb_samples : 0), 0);
}

/**
 * bb_resampler_convert:
 * @resampler: a resampler
 * @out: gets the samples: a buffer for each channel, or one for all where the format is packed
 * @n_out: samples a channel that there is room for
 * @frame: (nullable): sound like the input, or %NULL for what is left
 *
 * Returns: samples a channel that were made, or a negative FFmpeg error
 */
int
bb_resampler_convert (BbResampler *resampler, guint8 **out, int n_out, const AVFrame *frame)
{
  if (resampler->swr == NULL || n_out <= 0)
    return 0;
  return swr_convert (resampler->swr, out, n_out,
                      frame != NULL ? (const guint8 **) frame->extended_data : NULL,
                      frame != NULL ? frame->nb_samples : 0);
}

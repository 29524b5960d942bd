/* bb-source-info.c: times of a source in nanoseconds, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-source-info.h"

#include "media/bb-ffmpeg.h"

/* Times that are rounded to the microsecond still find the frame they mean. */
#define SEEK_TOLERANCE 1000

/**
 * bb_source_info_get_time:
 * @info: what is known of a source
 * @pts: a time in its time base
 *
 * Returns: the same in nanoseconds from the source's start
 */
gint64
bb_source_info_get_time (const BbSourceInfo *info, gint64 pts)
{
  return bb_ffmpeg_to_nanoseconds (pts, (AVRational) { info->time_base_num, info->time_base_den }) -
         info->start;
}

/**
 * bb_source_info_get_pts:
 * @info: what is known of a source
 * @time: nanoseconds from the source's start
 *
 * Returns: the first instant of its time base that is not before @time, give or take a millionth
 *   of a tick
 */
gint64
bb_source_info_get_pts (const BbSourceInfo *info, gint64 time)
{
  double seconds = ((double) info->start + (double) time) * 1e-9;
  double ticks = ceil (seconds * info->time_base_den / info->time_base_num - 1e-6);

  return (gint64) CLAMP (ticks, -0x1p62, 0x1p62);
}

/**
 * bb_source_info_get_cut:
 * @info: what is known of a source
 * @time: nanoseconds from the source's start, where a trim begins
 *
 * Where a trim begins is rounded once, for all streams, to the picture's time base, so that they
 * stay in time with each other. bb_source_seek() goes to the frame that is shown then.
 *
 * Returns: the last instant that is not after @time, in the time base; times up to a microsecond before
 *   an instant count as that one
 */
gint64
bb_source_info_get_cut (const BbSourceInfo *info, gint64 time)
{
  AVRational time_base = { info->time_base_num, info->time_base_den };

  return av_rescale_q_rnd (av_sat_add64 (info->start, av_sat_add64 (time, SEEK_TOLERANCE)),
                           BB_NANOSECONDS, time_base, AV_ROUND_DOWN);
}

/* bb-source-info.h: what is known of a source before its first frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"

G_BEGIN_DECLS

/**
 * BbSourceInfo:
 * @format: what the frames of bb_source_read() look like
 * @orientation: how to turn them upright
 * @sar_num: sample aspect ratio (width : height of a stored sample), numerator; 1:1 where unknown
 * @sar_den: sample aspect ratio, denominator
 * @time_base_num: time base in seconds, numerator
 * @time_base_den: time base, denominator
 * @start: instant that all times of the file are counted from (the earliest of its picture and
 *   sound), nanoseconds
 * @duration: length in nanoseconds counted from @start; 0 where unknown
 * @rate_num: average frames a second, numerator; 0 where unknown
 * @rate_den: average frames a second, denominator
 * @n_frames: frames as far as known or guessed; 0 where unknown
 * @hdr: whether the transfer of the file is PQ or HLG
 * @interlaced: whether the file says that it is interlaced (its frames come deinterlaced)
 * @has_audio: whether there is sound that can be decoded
 * @codec: name of the codec
 *
 * What is known of a source before its first frame.
 */
typedef struct {
  BbFormat format;
  BbOrientation orientation;
  int sar_num;
  int sar_den;
  int time_base_num;
  int time_base_den;
  gint64 start;
  gint64 duration;
  int rate_num;
  int rate_den;
  gint64 n_frames;
  gboolean hdr;
  gboolean interlaced;
  gboolean has_audio;
  char codec[32];
} BbSourceInfo;

gint64 bb_source_info_get_time (const BbSourceInfo *info, gint64 pts);
gint64 bb_source_info_get_pts (const BbSourceInfo *info, gint64 time);
gint64 bb_source_info_get_cut (const BbSourceInfo *info, gint64 time);

G_END_DECLS

/* mpeg2-headers.h: the headers of an MPEG-2 picture, written anew
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GPU's decoder gets the slices of a picture and what its headers said, as numbers; a decoder of streams wants
 * the headers. Frame pictures of 4:2:0 with the usual matrices. Bit by bit as in ISO/IEC 13818-2, 6.2.
 */

#pragma once

#include <ffnvcodec/dynlink_cuviddec.h>

#include <stddef.h>

#define MPEG2_HEADERS_SIZE 64

typedef struct {
  unsigned char *bytes;
  size_t n_bits;
} Mpeg2Bits;

static void
mpeg2_put (Mpeg2Bits *bits, int n, unsigned int value)
{
  for (int i = n - 1; i >= 0; i--, bits->n_bits++)
    {
      unsigned char *byte = &bits->bytes[bits->n_bits / 8];

      if (bits->n_bits % 8 == 0)
        *byte = 0;
      *byte = (unsigned char) (*byte | (value >> i & 1) << (7 - bits->n_bits % 8));
    }
}

static void
mpeg2_start (Mpeg2Bits *bits, unsigned int code)
{
  bits->n_bits = (bits->n_bits + 7) / 8 * 8;
  mpeg2_put (bits, 32, 0x100 | code);
}

/* Writes up to MPEG2_HEADERS_SIZE bytes to @out; returns how many. */
static size_t
mpeg2_write_headers (const CUVIDPICPARAMS *params, unsigned int width, unsigned int height, unsigned char *out)
{
  const CUVIDMPEG2PICPARAMS *picture = &params->CodecSpecific.mpeg2;
  Mpeg2Bits bits = { out, 0 };
  int progressive = picture->frame_pred_frame_dct;

  mpeg2_start (&bits, 0xb3);
  mpeg2_put (&bits, 12, width);
  mpeg2_put (&bits, 12, height);
  mpeg2_put (&bits, 8, 0x13);      /* square samples, 25 frames a second */
  mpeg2_put (&bits, 18, 0x3ffff);  /* any rate */
  mpeg2_put (&bits, 1, 1);
  mpeg2_put (&bits, 10, 1023);
  mpeg2_put (&bits, 3, 0);
  mpeg2_start (&bits, 0xb5);
  mpeg2_put (&bits, 4, 1);
  mpeg2_put (&bits, 8, 0x44);
  mpeg2_put (&bits, 1, 0);         /* fields are allowed */
  mpeg2_put (&bits, 2, 1);         /* 4:2:0 */
  mpeg2_put (&bits, 16, 0);
  mpeg2_put (&bits, 1, 1);
  mpeg2_put (&bits, 8, 0);
  mpeg2_put (&bits, 1, 1);         /* low delay: each picture comes at once */
  mpeg2_put (&bits, 7, 0);

  mpeg2_start (&bits, 0x00);
  mpeg2_put (&bits, 10, 0);
  mpeg2_put (&bits, 3, (unsigned int) picture->picture_coding_type);
  mpeg2_put (&bits, 16, 0xffff);
  for (int type = 2; type <= picture->picture_coding_type && type <= 3; type++)
    mpeg2_put (&bits, 4, 7);
  mpeg2_put (&bits, 1, 0);
  mpeg2_start (&bits, 0xb5);
  mpeg2_put (&bits, 4, 8);
  for (int i = 0; i < 4; i++)
    mpeg2_put (&bits, 4, (unsigned int) picture->f_code[i / 2][i % 2] & 15);
  mpeg2_put (&bits, 2, (unsigned int) picture->intra_dc_precision);
  mpeg2_put (&bits, 2, 3);         /* a frame */
  mpeg2_put (&bits, 1, (unsigned int) picture->top_field_first);
  mpeg2_put (&bits, 1, (unsigned int) picture->frame_pred_frame_dct);
  mpeg2_put (&bits, 1, (unsigned int) picture->concealment_motion_vectors);
  mpeg2_put (&bits, 1, (unsigned int) picture->q_scale_type);
  mpeg2_put (&bits, 1, (unsigned int) picture->intra_vlc_format);
  mpeg2_put (&bits, 1, (unsigned int) picture->alternate_scan);
  mpeg2_put (&bits, 1, 0);
  mpeg2_put (&bits, 2, progressive ? 3 : 0);
  mpeg2_put (&bits, 1, 0);
  return (bits.n_bits + 7) / 8;
}

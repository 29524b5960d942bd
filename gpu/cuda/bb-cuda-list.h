/* bb-cuda-list.h: the cards of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda.h"

G_BEGIN_DECLS

/**
 * BbCudaCard:
 * @index: its number, from 0
 * @device: the driver's handle
 * @name: its name
 * @memory: bytes of its memory
 * @major: compute capability
 * @minor: compute capability, after the point
 * @problem: (nullable): why it cannot be used, and what to do
 *
 * What is known of a card without opening it.
 */
typedef struct {
  int index;
  CUdevice device;
  char *name;
  guint64 memory;
  int major;
  int minor;
  char *problem;
} BbCudaCard;

gboolean bb_cuda_card_init (BbCudaCard *card, int index, GError **error);
void bb_cuda_card_clear (BbCudaCard *card);
char *bb_cuda_card_describe (const BbCudaCard *card);
int bb_cuda_count_cards (GError **error);
void bb_cuda_prefer_card (const guint8 uuid[16]);
int bb_cuda_find_preferred_card (void);

G_END_DECLS

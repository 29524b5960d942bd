/* bb-test-player.h: one setting of a player
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player.h"

/* Sets members of #BbPlayerSettings, such as `s.loop = TRUE`. */
#define BB_TEST_PLAYER_SET(player, ...)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    BbPlayerSettings s = *bb_player_get_settings (player);                                         \
                                                                                                   \
    __VA_ARGS__;                                                                                   \
    bb_player_set_settings (player, &s);                                                           \
  }                                                                                                \
  G_STMT_END

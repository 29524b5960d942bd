/* bb-project-private.h: parts shared by the project's files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-history.h"
#include "bb-project.h"

G_BEGIN_DECLS

struct _BbProject {
  GObject parent_instance;

  BbProjectState *state;
  GPtrArray *clips; /* of BbClip, as in @state */
  GHashTable
    *known; /* all clips that there ever were, by number: the history may bring them back */
  guint last_id;
  BbClip *current;
  BbRecipe *recipe;
  BbHistory *history;
};

void bb_project_change (BbProject *self, BbProjectState *state, const char *key);

G_END_DECLS

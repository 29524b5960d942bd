/* bb-clip-item.c: one video in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-clip-item.h"

#include "bb-texture.h"
#include "bb-time.h"

#include <glib/gi18n.h>

/**
 * BbClipItem:
 *
 * A small picture of a video with its name, its length, and what became of it: whether it has a framing,
 * a trim or a look of its own, was exported as it is, or cannot be read and why.
 */
struct _BbClipItem {
  AdwBin parent_instance;

  BbProject *project;
  BbClip *clip;
  GSignalGroup *signals;

  GtkPicture *picture;
  GtkWidget *problem_icon;
  GtkWidget *exported_icon;
  GtkWidget *look_icon;
  GtkWidget *framing_icon;
  GtkWidget *trim_icon;
  GtkLabel *length_label;
  GtkLabel *name_label;
};

G_DEFINE_FINAL_TYPE (BbClipItem, bb_clip_item, ADW_TYPE_BIN)

static void
append (GString *text, const char *more)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append (text, more);
}

/* What the icons say, in words. */
static char *
describe (BbClipItem *self, gboolean exported)
{
  BbRecipePart own = bb_clip_get_own (self->clip);
  gint64 duration = bb_clip_get_facts (self->clip)->duration;
  GString *text = g_string_new (NULL);

  if (bb_clip_get_problem (self->clip) != NULL)
    append (text, bb_clip_get_problem (self->clip));
  if (duration > 0)
    {
      g_autofree char *spoken = bb_time_format_spoken (duration);

      append (text, spoken);
    }
  if ((own & BB_RECIPE_LOOK) != 0)
    append (text, _ ("has a look of its own"));
  if ((own & BB_RECIPE_FRAMING) != 0)
    append (text, _ ("framed"));
  if ((own & BB_RECIPE_TRIM) != 0)
    append (text, _ ("trimmed"));
  if (exported)
    append (text, _ ("exported"));
  return g_string_free (text, FALSE);
}

/* How long what is exported of it is. */
static gint64
get_length (BbClipItem *self)
{
  gint64 duration = bb_clip_get_facts (self->clip)->duration;
  const BbClipState *state = bb_clip_get_state (self->clip);
  const BbRecipeValues *values = bb_recipe_get (state->recipe);

  if ((state->own & BB_RECIPE_TRIM) == 0)
    return duration;
  return MAX ((values->end >= 0 ? MIN (values->end, duration) : duration) - values->start, 0);
}

static void
update (BbClipItem *self)
{
  BbRecipePart own;
  gboolean exported;
  g_autofree char *length = NULL;
  g_autofree char *description = NULL;
  g_autofree char *tooltip = NULL;
  gboolean has_problem;

  if (self->clip == NULL)
    return;
  own = bb_clip_get_own (self->clip);
  exported = bb_project_is_exported (self->project, self->clip);
  has_problem = bb_clip_get_problem (self->clip) != NULL;
  gtk_widget_set_visible (self->problem_icon, has_problem);
  gtk_widget_set_visible (self->look_icon, (own & BB_RECIPE_LOOK) != 0);
  gtk_widget_set_visible (self->framing_icon, (own & BB_RECIPE_FRAMING) != 0);
  gtk_widget_set_visible (self->trim_icon, (own & BB_RECIPE_TRIM) != 0);
  gtk_widget_set_visible (self->exported_icon, exported);
  length = bb_time_format (get_length (self), FALSE);
  gtk_label_set_text (self->length_label, length);
  gtk_widget_set_visible (GTK_WIDGET (self->length_label),
                          !has_problem && bb_clip_get_facts (self->clip)->duration > 0);
  description = describe (self, exported);
  tooltip = g_strdup_printf (*description != '\0' ? "%s\n%s" : "%s%s",
                             bb_clip_get_name (self->clip), description);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  bb_clip_get_name (self->clip),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

/* With each move of a slider: only what was exported can be so no longer, and only a trim of its own have
 * another length. */
static void
changed_cb (BbClipItem *self)
{
  if (self->clip != NULL && (bb_clip_get_exported (self->clip) != NULL ||
                             (bb_clip_get_own (self->clip) & BB_RECIPE_TRIM) != 0))
    update (self);
}

static void
thumbnail_cb (BbClipItem *self)
{
  BbPicture *thumbnail = self->clip != NULL ? bb_clip_get_thumbnail (self->clip) : NULL;
  g_autoptr (GdkTexture) texture = thumbnail != NULL ? bb_texture_new (thumbnail) : NULL;

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
}

static void
bb_clip_item_dispose (GObject *object)
{
  BbClipItem *self = BB_CLIP_ITEM (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->clip);
  g_clear_object (&self->project);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_CLIP_ITEM);

  G_OBJECT_CLASS (bb_clip_item_parent_class)->dispose (object);
}

static void
bb_clip_item_class_init (BbClipItemClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_clip_item_dispose;

  gtk_widget_class_set_css_name (widget_class, "clip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-clip-item.ui");
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, picture);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, problem_icon);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, exported_icon);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, look_icon);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, framing_icon);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, trim_icon);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, length_label);
  gtk_widget_class_bind_template_child (widget_class, BbClipItem, name_label);
}

static void
bb_clip_item_init (BbClipItem *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (BB_TYPE_CLIP);
  g_signal_group_connect_swapped (self->signals, "notify::own", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::facts", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::problem", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::exported", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::thumbnail", G_CALLBACK (thumbnail_cb),
                                  self);
}

/**
 * bb_clip_item_new:
 * @project: what its video is in
 *
 * Returns: (transfer floating): an item without a video
 */
BbClipItem *
bb_clip_item_new (BbProject *project)
{
  BbClipItem *self = g_object_new (BB_TYPE_CLIP_ITEM, NULL);

  self->project = g_object_ref (project);
  g_signal_connect_object (project, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * bb_clip_item_set_clip:
 * @self: an item
 * @clip: (nullable): the video to show
 */
void
bb_clip_item_set_clip (BbClipItem *self, BbClip *clip)
{
  g_return_if_fail (BB_IS_CLIP_ITEM (self));

  if (!g_set_object (&self->clip, clip))
    return;
  g_signal_group_set_target (self->signals, clip);
  if (clip != NULL)
    gtk_label_set_text (self->name_label, bb_clip_get_name (clip));
  thumbnail_cb (self);
  update (self);
}

/**
 * bb_clip_item_get_clip:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): the video that it shows
 */
BbClip *
bb_clip_item_get_clip (BbClipItem *self)
{
  g_return_val_if_fail (BB_IS_CLIP_ITEM (self), NULL);

  return self->clip;
}

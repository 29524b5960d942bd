/* bb-clip.c: a video in a project, as a list shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-clip.h"

#include "bb-file-name.h"

/**
 * BbClip:
 *
 * A video in a project. It stays the same object while its state changes; what is found out about the
 * video is no part of what is undone.
 *
 * Properties: `own`, what it has of its own; `facts` and `thumbnail`, notified when they are known;
 * `problem`, why it cannot be read; `exported`, of which recipe a file was made.
 */
struct _BbClip {
  GObject parent_instance;

  BbClipState *state;
  char *name; /* for people */
  BbClipFacts facts;
  char *problem;
  BbPicture *thumbnail;
  char *exported;
};

enum { PROP_0, PROP_OWN, PROP_FACTS, PROP_PROBLEM, PROP_THUMBNAIL, PROP_EXPORTED, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbClip, bb_clip, G_TYPE_OBJECT)

static void
bb_clip_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbClip *self = BB_CLIP (object);

  switch (id)
    {
    case PROP_OWN:
      g_value_set_uint (value, self->state->own);
      break;
    case PROP_FACTS:
      g_value_set_pointer (value, &self->facts);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_THUMBNAIL:
      g_value_set_pointer (value, self->thumbnail);
      break;
    case PROP_EXPORTED:
      g_value_set_string (value, self->exported);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_clip_finalize (GObject *object)
{
  BbClip *self = BB_CLIP (object);

  bb_clip_state_unref (self->state);
  g_free (self->name);
  g_free (self->problem);
  g_clear_pointer (&self->thumbnail, bb_picture_unref);
  g_free (self->exported);

  G_OBJECT_CLASS (bb_clip_parent_class)->finalize (object);
}

static void
bb_clip_class_init (BbClipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = bb_clip_get_property;
  object_class->finalize = bb_clip_finalize;

  props[PROP_OWN] = g_param_spec_uint ("own", NULL, NULL, 0, BB_CLIP_PARTS, 0, flags);
  props[PROP_FACTS] = g_param_spec_pointer ("facts", NULL, NULL, flags);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  props[PROP_THUMBNAIL] = g_param_spec_pointer ("thumbnail", NULL, NULL, flags);
  props[PROP_EXPORTED] = g_param_spec_string ("exported", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
bb_clip_init (BbClip *self)
{
}

/**
 * bb_clip_new:
 * @state: a clip of a project's state
 *
 * Returns: (transfer full): a clip
 */
BbClip *
bb_clip_new (BbClipState *state)
{
  BbClip *self = g_object_new (BB_TYPE_CLIP, NULL);

  self->state = bb_clip_state_ref (state);
  self->name = bb_file_get_name (state->file);
  return self;
}

/**
 * bb_clip_set_state:
 * @self: a clip
 * @state: what becomes of it now; of the same number
 *
 * Of another file, as one that was moved, everything is found out anew.
 */
void
bb_clip_set_state (BbClip *self, BbClipState *state)
{
  BbRecipePart own = self->state->own;

  if (state == self->state)
    return;
  if (!g_file_equal (state->file, self->state->file))
    {
      static const BbClipFacts unknown = { 0 };

      g_free (self->name);
      self->name = bb_file_get_name (state->file);
      bb_clip_set_thumbnail (self, NULL);
      bb_clip_set_problem (self, NULL);
      bb_clip_set_facts (self, &unknown);
    }
  bb_clip_state_ref (state);
  bb_clip_state_unref (self->state);
  self->state = state;
  if (state->own != own)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OWN]);
}

/**
 * bb_clip_get_state:
 * @self: a clip
 *
 * Returns: (transfer none): what becomes of it
 */
BbClipState *
bb_clip_get_state (BbClip *self)
{
  return self->state;
}

/**
 * bb_clip_get_id:
 * @self: a clip
 *
 * Returns: its number in the project
 */
guint
bb_clip_get_id (BbClip *self)
{
  return self->state->id;
}

/**
 * bb_clip_get_file:
 * @self: a clip
 *
 * Returns: (transfer none): the video
 */
GFile *
bb_clip_get_file (BbClip *self)
{
  return self->state->file;
}

/**
 * bb_clip_get_name:
 * @self: a clip
 *
 * Returns: (transfer none): the file's name, for people
 */
const char *
bb_clip_get_name (BbClip *self)
{
  return self->name;
}

/**
 * bb_clip_get_own:
 * @self: a clip
 *
 * Returns: what it has of its own
 */
BbRecipePart
bb_clip_get_own (BbClip *self)
{
  return self->state->own;
}

/**
 * bb_clip_get_facts:
 * @self: a clip
 *
 * Returns: (transfer none): what is known of the video; a width of 0 before that
 */
const BbClipFacts *
bb_clip_get_facts (BbClip *self)
{
  return &self->facts;
}

/**
 * bb_clip_set_facts:
 * @self: a clip
 * @facts: what was found out
 */
void
bb_clip_set_facts (BbClip *self, const BbClipFacts *facts)
{
  self->facts = *facts;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FACTS]);
}

/**
 * bb_clip_get_problem:
 * @self: a clip
 *
 * Returns: (transfer none) (nullable): why it cannot be read, a sentence
 */
const char *
bb_clip_get_problem (BbClip *self)
{
  return self->problem;
}

/**
 * bb_clip_set_problem:
 * @self: a clip
 * @problem: (nullable): why it cannot be read, a sentence
 */
void
bb_clip_set_problem (BbClip *self, const char *problem)
{
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROBLEM]);
}

/**
 * bb_clip_get_thumbnail:
 * @self: a clip
 *
 * Returns: (transfer none) (nullable): a small picture of the source
 */
BbPicture *
bb_clip_get_thumbnail (BbClip *self)
{
  return self->thumbnail;
}

/**
 * bb_clip_set_thumbnail:
 * @self: a clip
 * @thumbnail: (nullable): a small picture of the source
 */
void
bb_clip_set_thumbnail (BbClip *self, BbPicture *thumbnail)
{
  if (thumbnail == self->thumbnail)
    return;
  g_clear_pointer (&self->thumbnail, bb_picture_unref);
  self->thumbnail = thumbnail != NULL ? bb_picture_ref (thumbnail) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_THUMBNAIL]);
}

/**
 * bb_clip_get_exported:
 * @self: a clip
 *
 * Returns: (transfer none) (nullable): what bb_project_digest() gave when it was exported last
 */
const char *
bb_clip_get_exported (BbClip *self)
{
  return self->exported;
}

/**
 * bb_clip_set_exported:
 * @self: a clip
 * @exported: (nullable): what bb_project_digest() gave when it was exported
 */
void
bb_clip_set_exported (BbClip *self, const char *exported)
{
  if (g_set_str (&self->exported, exported))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXPORTED]);
}

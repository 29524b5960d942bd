/* bb-job.c: one render of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-job-private.h"

#include "bb-file-name.h"
#include "blurbox.h"

#include <glib/gstdio.h>

struct _BbJob {
  GObject parent_instance;

  GFile *input;
  GFile *wish; /* the target as it was asked for */
  GFile *output;
  BbRecipe *recipe;
  BbJobName name;
  gboolean begun; /* perhaps something of @output is on the disk */
  char *source;   /* what @input was when the job was added */
  gboolean restored;

  BbJobState state;
  BbRenderStats stats;
  gint64 size; /* of the file in bytes; -1 where there is none */
  GError *error;
  GStrv notices;
};

G_DEFINE_FINAL_TYPE (BbJob, bb_job, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (BbJobState, bb_job_state, G_DEFINE_ENUM_VALUE (BB_JOB_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_RENDERING, "rendering"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (BB_JOB_CANCELLED, "cancelled"))

enum { PROP_OUTPUT = 1, PROP_STATE, PROP_FRACTION, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

static void
bb_job_finalize (GObject *object)
{
  BbJob *self = BB_JOB (object);

  g_clear_object (&self->input);
  g_clear_object (&self->wish);
  g_clear_object (&self->output);
  g_clear_pointer (&self->recipe, bb_recipe_unref);
  g_clear_pointer (&self->source, g_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->notices, g_strfreev);

  G_OBJECT_CLASS (bb_job_parent_class)->finalize (object);
}

static void
bb_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbJob *self = BB_JOB (object);

  switch (id)
    {
    case PROP_OUTPUT:
      g_value_set_object (value, self->output);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, bb_job_get_fraction (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_job_class_init (BbJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = bb_job_finalize;
  object_class->get_property = bb_job_get_property;

  /**
   * BbJob:output:
   *
   * The target. It changes where the name was only proposed and is taken when the job begins.
   */
  properties[PROP_OUTPUT] = g_param_spec_object ("output", NULL, NULL, G_TYPE_FILE, flags);
  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, BB_TYPE_JOB_STATE, BB_JOB_WAITING, flags);
  /**
   * BbJob:fraction:
   *
   * How much is done, 0 to 1; below 0 where that is not known. Notified with each new set of
   * figures, at most four times a second.
   */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
bb_job_init (BbJob *self)
{
  self->size = -1;
}

/**
 * bb_job_new:
 * @input: the source
 * @output: the target
 * @recipe: what to make; the job keeps it, whatever is tuned later
 * @name: how much the target's name matters
 *
 * Returns: (transfer full): a job that waits
 */
BbJob *
bb_job_new (GFile *input, GFile *output, BbRecipe *recipe, BbJobName name)
{
  BbJob *self = g_object_new (BB_TYPE_JOB, NULL);

  self->input = g_object_ref (input);
  self->wish = g_object_ref (output);
  self->output = g_object_ref (output);
  self->recipe = bb_recipe_ref (recipe);
  self->name = name;
  return self;
}

/**
 * bb_job_repeat:
 * @self: a job
 *
 * Returns: (transfer full): a job that waits to make the same once more, to a file of another name
 */
BbJob *
bb_job_repeat (BbJob *self)
{
  return bb_job_new (self->input, self->wish, self->recipe, BB_JOB_NAME_PROPOSED);
}

/**
 * bb_job_get_input:
 * @self: a job
 *
 * Returns: (transfer none): the source
 */
GFile *
bb_job_get_input (BbJob *self)
{
  return self->input;
}

/**
 * bb_job_get_output:
 * @self: a job
 *
 * Returns: (transfer none): the target
 */
GFile *
bb_job_get_output (BbJob *self)
{
  return self->output;
}

/**
 * bb_job_get_output_name:
 * @self: a job
 *
 * Returns: (transfer full): the target's name without its folder, for people
 */
char *
bb_job_get_output_name (BbJob *self)
{
  return bb_file_get_name (self->output);
}

/**
 * bb_job_get_recipe:
 * @self: a job
 *
 * Returns: (transfer none): what to make
 */
BbRecipe *
bb_job_get_recipe (BbJob *self)
{
  return self->recipe;
}

/**
 * bb_job_get_name:
 * @self: a job
 *
 * Returns: how much the target's name matters
 */
BbJobName
bb_job_get_name (BbJob *self)
{
  return self->name;
}

/**
 * bb_job_get_state:
 * @self: a job
 *
 * Returns: where it stands
 */
BbJobState
bb_job_get_state (BbJob *self)
{
  return self->state;
}

/**
 * bb_job_has_begun:
 * @self: a job
 *
 * Returns: whether a render of it has begun, in this session or an earlier one, so that something of it
 *   may be on the disk
 */
gboolean
bb_job_has_begun (BbJob *self)
{
  return self->begun;
}

/**
 * bb_job_is_running:
 * @self: a job
 *
 * Returns: whether it is the one that runs, held or not
 */
gboolean
bb_job_is_running (BbJob *self)
{
  return self->state == BB_JOB_RENDERING || self->state == BB_JOB_PAUSED;
}

/**
 * bb_job_is_over:
 * @self: a job
 *
 * Returns: whether it is done, failed or cancelled
 */
gboolean
bb_job_is_over (BbJob *self)
{
  return self->state >= BB_JOB_DONE;
}

/**
 * bb_job_get_fraction:
 * @self: a job
 *
 * Returns: how much is done, 0 to 1; below 0 where that is not known
 */
double
bb_job_get_fraction (BbJob *self)
{
  if (self->state == BB_JOB_DONE)
    return 1.0;
  if (self->state == BB_JOB_WAITING || self->state == BB_JOB_STOPPED)
    return 0.0;
  if (self->stats.total_frames <= 0)
    return -1.0;
  return MIN ((double) self->stats.frames / (double) self->stats.total_frames, 1.0);
}

/**
 * bb_job_get_stats:
 * @self: a job
 *
 * Returns: the newest figures, valid until the next change
 */
const BbRenderStats *
bb_job_get_stats (BbJob *self)
{
  return &self->stats;
}

/**
 * bb_job_get_size:
 * @self: a job
 *
 * Returns: bytes of the file that it has made; -1 where that is not known
 */
gint64
bb_job_get_size (BbJob *self)
{
  return self->size;
}

/**
 * bb_job_get_error:
 * @self: a job
 *
 * Returns: (nullable): why it failed, a sentence for people
 */
const GError *
bb_job_get_error (BbJob *self)
{
  return self->error;
}

/**
 * bb_job_get_notices:
 * @self: a job
 *
 * Returns: (nullable): what its user should know although it did not fail, a sentence each
 */
const char *const *
bb_job_get_notices (BbJob *self)
{
  return (const char *const *) self->notices;
}

/* A job of an earlier session. @source is what its input was at that time. */
BbJob *
bb_job_new_restored (GFile *input, GFile *wish, GFile *output, BbRecipe *recipe, BbJobName name,
                     gboolean begun, const char *source)
{
  BbJob *self = bb_job_new (input, wish, recipe, name);

  g_set_object (&self->output, output);
  self->begun = begun;
  self->source = g_strdup (source);
  self->restored = TRUE;
  self->state = BB_JOB_STOPPED;
  return self;
}

GFile *
bb_job_get_wish (BbJob *self)
{
  return self->wish;
}

void
bb_job_set_begun (BbJob *self)
{
  self->begun = TRUE;
}

/* Size and time of a file; NULL where there is none. */
static char *
describe_source (GFile *input)
{
  const char *path = g_file_peek_path (input);
  GStatBuf info;

  if (path == NULL || g_stat (path, &info) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", (gint64) info.st_size,
                          (gint64) info.st_mtim.tv_sec, (long) info.st_mtim.tv_nsec);
}

const char *
bb_job_get_source (BbJob *self)
{
  return self->source;
}

/* From now on the input is what it is now. */
void
bb_job_note_source (BbJob *self)
{
  g_free (self->source);
  self->source = describe_source (self->input);
  self->restored = FALSE;
}

/* Whether the input became another file while the program did not run. Of one that is gone the render
 * tells better. */
gboolean
bb_job_has_other_source (BbJob *self)
{
  g_autofree char *source = self->restored ? describe_source (self->input) : NULL;

  return source != NULL && self->source != NULL && !g_str_equal (source, self->source);
}

void
bb_job_set_output (BbJob *self, GFile *output)
{
  if (g_set_object (&self->output, output))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OUTPUT]);
}

void
bb_job_set_state (BbJob *self, BbJobState state)
{
  if (state == self->state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

void
bb_job_set_stats (BbJob *self, const BbRenderStats *stats)
{
  self->stats = *stats;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

/* The output is whole. */
void
bb_job_note_size (BbJob *self)
{
  const char *path = g_file_peek_path (self->output);
  GStatBuf info;

  self->size = path != NULL && g_stat (path, &info) == 0 ? (gint64) info.st_size : -1;
}

void
bb_job_take_notices (BbJob *self, GStrv notices)
{
  g_clear_pointer (&self->notices, g_strfreev);
  self->notices = notices;
}

/* Takes @notice over. */
void
bb_job_add_notice (BbJob *self, char *notice)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self->notices != NULL)
    g_strv_builder_addv (builder, (const char **) self->notices);
  g_strv_builder_take (builder, notice);
  bb_job_take_notices (self, g_strv_builder_end (builder));
}

/* Takes @error over. */
void
bb_job_fail (BbJob *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
  bb_job_set_state (self, BB_JOB_FAILED);
}

void
bb_job_reset (BbJob *self)
{
  BbRenderStats none = { 0 };

  /* Nobody sees a job that failed for no reason. */
  g_object_freeze_notify (G_OBJECT (self));
  g_clear_error (&self->error);
  g_clear_pointer (&self->notices, g_strfreev);
  bb_job_set_stats (self, &none);
  bb_job_set_state (self, BB_JOB_WAITING);
  g_object_thaw_notify (G_OBJECT (self));
}

/* bb-render-plan.c: what is made in the folder of a render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A render goes on with the segments that an earlier one of the same identity has left. A plan is such
 * a folder that several processes, on several machines, share: each makes some segments, and one joins
 * them at the end.
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "bb-identity.h"
#include "media/bb-output-file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>

#define FILES_GROUP "files"
#define RUN_GROUP "run"

/* The device, and how all names of its arithmetic begin. */
#define CPU "cpu"

/* Bits that a pixel takes at the least, so that only a disk that is much too small is refused before
 * anything is known of the picture. */
#define LOSSY_BITS 0.005
#define LOSSLESS_BITS 0.5

static guint64
get_free_bytes (const char *path)
{
  struct statvfs info;

  if (statvfs (path, &info) != 0)
    return G_MAXUINT64;
  return (guint64) info.f_bavail * info.f_frsize;
}

static gboolean
refuse_space (BbRenderOutput *output, gboolean is_alone, double needed, guint64 there,
              GError **error)
{
  g_autofree char *more = NULL;
  g_autofree char *space = NULL;

  if (needed <= (double) there)
    return TRUE;
  more = g_format_size ((guint64) needed);
  space = g_format_size (there);
  if (is_alone)
    g_set_error (error, BB_ERROR, BB_ERROR_SPACE,
                 /* Translators: the name of a file, and twice a size such as 1.2 GB */
                 _ ("“%s” needs about %s until it is joined, and %s is free: make room, or choose "
                    "another folder"),
                 output->name, more, space);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_SPACE,
                 /* Translators: the name of a file, and twice a size such as 1.2 GB */
                 _ ("“%s” and the other outputs on its disk need about %s until they are joined, "
                    "and %s is free: make room, or choose another folder"),
                 output->name, more, space);
  return FALSE;
}

/* Bytes that an output still takes, its joined copy included, as far as what was made tells. Under the
 * render's lock. */
static double
estimate_rest (BbRenderOutput *output)
{
  guint n_segments = output->render->job.table.n_segments;
  guint n_made = g_hash_table_size (output->made);
  double average = n_made > 0 ? (double) output->stats.video_bytes / n_made : 0.0;

  n_made = MIN (n_made, n_segments);
  /* What comes may be calmer than what was made: half of it is not. */
  return average / 2 * ((n_segments - n_made) + (n_segments - MIN (output->n_joined, n_segments)));
}

/* The least that an output will take, its joined copy included. */
static double
estimate_least (BbRenderOutput *output)
{
  const BbFormat *format = &output->render->job.output[output->number].setup.input.format;
  double bits = output->encoder->quality_option != NULL ? LOSSY_BITS : LOSSLESS_BITS;

  return 2.0 * (double) output->render->stats.total_frames * format->width * format->height * bits /
         8.0;
}

/* Whether there is room on each disk for all outputs that are made there. */
static gboolean
check_space (BbRender *render, double (*estimate) (BbRenderOutput *output), GError **error)
{
  dev_t disk[BB_ENGINE_MAX_OUTPUTS] = { 0 };
  double bytes[BB_ENGINE_MAX_OUTPUTS] = { 0 };

  g_mutex_lock (&render->lock);
  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbSegmentFolder *folder = render->output[i].folder;
      GStatBuf info;

      if (folder == NULL)
        continue;
      if (g_stat (bb_segment_folder_get_path (folder), &info) == 0)
        disk[i] = info.st_dev;
      bytes[i] = estimate (&render->output[i]);
    }
  g_mutex_unlock (&render->lock);
  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbSegmentFolder *folder = render->output[i].folder;
      gboolean is_alone = TRUE;
      double sum = 0.0;

      for (guint j = 0; j < render->n_outputs; j++)
        if (disk[j] == disk[i] && render->output[j].folder != NULL)
          {
            is_alone = is_alone && j == i;
            sum += bytes[j];
          }
      if (folder != NULL &&
          !refuse_space (&render->output[i], is_alone, sum,
                         get_free_bytes (bb_segment_folder_get_path (folder)), error))
        return FALSE;
    }
  return TRUE;
}

/* Whether there is room for what is not made yet, and for the joined copies of all. */
gboolean
bb_render_check_space (BbRender *render, GError **error)
{
  return render->job.table.n_segments == 0 || check_space (render, estimate_rest, error);
}

static gboolean
write_identity (BbRenderOutput *output, GKeyFile *plan, GError **error)
{
  BbRender *render = output->render;
  const BbEncoderSetup *setup = &render->job.output[output->number].setup;
  BbDevice *device = render->engine != NULL ? bb_engine_get_device (render->engine) : NULL;

  return bb_identity_write (plan, render->input, output->recipe, setup->encoder, &setup->pins,
                            setup->container->name, device, &render->job.table, error);
}

/* For who looks into the folder, and for bb_render_new_from_plan(). */
static void
write_files (BbRenderOutput *output, GKeyFile *plan)
{
  g_autofree char *input = g_canonicalize_filename (output->render->input, NULL);
  g_autofree char *target = g_canonicalize_filename (output->path, NULL);
  g_autofree char *recipe = bb_recipe_to_string (output->recipe);

  g_key_file_set_string (plan, FILES_GROUP, "input", input);
  g_key_file_set_string (plan, FILES_GROUP, "output", target);
  g_key_file_set_boolean (plan, FILES_GROUP, "overwrite", output->render->overwrite);
  g_key_file_set_string (plan, RUN_GROUP, "recipe", recipe);
}

/* Where a sandbox or permissions allow the file itself, but no folder beside it. */
static BbSegmentFolder *
open_elsewhere (const char *output, GError **failure)
{
  g_autofree char *path = bb_segment_folder_find_elsewhere (output);
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return NULL;
  g_debug ("%s: “%s” is used", (*failure)->message, path);
  g_clear_error (failure);
  return bb_segment_folder_open (path, BB_FOLDER_ALONE, failure);
}

static BbSegmentFolder *
open_beside (const char *target, GError **error)
{
  BbSegmentFolder *folder = NULL;

  for (int i = 1; folder == NULL && i < 100; i++)
    {
      g_autofree char *output = i == 1 ? g_strdup (target) : bb_output_file_number (target, i);
      g_autofree char *path = bb_segment_folder_find (output);
      g_autoptr (GError) failure = NULL;

      folder = path != NULL ? bb_segment_folder_open (path, BB_FOLDER_ALONE, &failure) : NULL;
      if (g_error_matches (failure, BB_ERROR, BB_ERROR_OUTPUT))
        folder = open_elsewhere (output, &failure);
      /* Another render makes a file of that name: this one will have another. */
      if (g_error_matches (failure, BB_ERROR, BB_ERROR_EXISTS) && i < 99)
        continue;
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      break;
    }
  return folder;
}

static void
note_found (BbRender *render)
{
  gint64 total = render->stats.total_frames * render->n_outputs;
  gint64 frames = 0;

  for (guint i = 0; i < render->n_outputs; i++)
    frames += render->output[i].stats.frames_before;
  if (frames == 0)
    return;
  if (total > 0)
    bb_render_add_notice (render,
                          g_strdup_printf (_ ("%d %% was done already: the rest is rendered"),
                                           (int) MIN (100 * frames / total, 100)));
  else
    bb_render_add_notice (render, g_strdup (_ ("A part was done already: the rest is rendered")));
}

static void
find_segments (BbRenderOutput *output, guint first, guint end, GCancellable *cancellable)
{
  BbRender *render = output->render;
  gint64 frames = 0;

  output->found =
    bb_segment_folder_load (output->folder, &render->job.table, first, end, cancellable);
  for (guint i = 0; i < output->found->len; i++)
    frames += ((const BbSegment *) output->found->pdata[i])->n_frames;
  g_mutex_lock (&render->lock);
  output->stats.frames_before = frames;
  g_mutex_unlock (&render->lock);
}

/* Opens the folder beside a target. What another render than this one has left is said, and not
 * used. */
static gboolean
open_folder (BbRenderOutput *output, GCancellable *cancellable, GError **error)
{
  BbRender *render = output->render;
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  g_autoptr (GKeyFile) there = NULL;
  const char *difference = NULL;

  if (output->sink == NULL)
    return TRUE;
  if (!write_identity (output, plan, error))
    return FALSE;
  write_files (output, plan);
  output->folder = open_beside (output->path, error);
  if (output->folder == NULL)
    return FALSE;
  render->job.output[output->number].folder = bb_segment_folder_get_path (output->folder);
  there = bb_segment_folder_get_plan (output->folder);
  if (there != NULL && !render->fresh && !bb_identity_check (plan, there, &difference))
    bb_render_output_add_notice (
      output, g_strdup_printf (
                /* Translators: why, a clause such as “the source has changed” */
                _ ("What an unfinished render has left is not used, since %s"), difference));
  if (there == NULL || render->fresh || difference != NULL)
    {
      bb_segment_folder_clear (output->folder);
      if (!bb_segment_folder_save_plan (output->folder, plan, error))
        return FALSE;
    }
  find_segments (output, 0, BB_SEGMENT_NONE, cancellable);
  return TRUE;
}

/* Opens the folders beside the targets. */
gboolean
bb_render_open_folder (BbRender *render, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < render->n_outputs; i++)
    if (!open_folder (&render->output[i], cancellable, error))
      {
        bb_render_output_name_error (&render->output[i], error);
        return FALSE;
      }
  note_found (render);
  return check_space (render, estimate_least, error);
}

/**
 * bb_render_plan:
 * @render: a render that has not run
 * @folder: name of a folder, which is made
 * @n_segments: (out): how many segments are to be made
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes down what is to be made, so that several processes can make it, on machines that see source,
 * target and folder under the same names: see bb_render_new_from_plan(). What can be refused is
 * refused here. A plan is of one output.
 *
 * Returns: %TRUE, or %FALSE with an error; %BB_ERROR_EXISTS where the folder holds another plan
 */
gboolean
bb_render_plan (BbRender *render, const char *folder, guint *n_segments, GCancellable *cancellable,
                GError **error)
{
  BbRenderOutput *output = &render->output[0];
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  g_autoptr (GKeyFile) there = NULL;
  gboolean good = FALSE;

  if (render->n_outputs > 1)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                           _ ("A plan is of one output: make one for each"));
      return FALSE;
    }
  bb_render_begin (render);
  if (bb_render_open (render, BB_RENDER_PICTURE | BB_RENDER_TARGET, cancellable, error) &&
      write_identity (output, plan, error))
    {
      write_files (output, plan);
      *n_segments = MAX (render->job.table.n_segments, 1);
      output->folder = bb_segment_folder_open (folder, BB_FOLDER_SHARED, error);
    }
  if (output->folder != NULL)
    {
      there = bb_segment_folder_get_plan (output->folder);
      good = there == NULL || bb_identity_check (plan, there, NULL);
      if (good)
        good = bb_segment_folder_save_plan (output->folder, plan, error);
      else
        {
          g_autofree char *name = g_filename_display_name (folder);

          g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
                       /* Translators: the name of a folder */
                       _ ("“%s” holds another plan: choose another folder"), name);
        }
    }
  bb_render_end (render, TRUE, cancellable, error);
  return good;
}

static BbRender *
read_plan (const char *folder, GKeyFile *plan, const BbRecipe *local, GError **error)
{
  g_autofree char *input = g_key_file_get_string (plan, FILES_GROUP, "input", error);
  g_autofree char *output =
    input != NULL ? g_key_file_get_string (plan, FILES_GROUP, "output", error) : NULL;
  g_autofree char *text =
    output != NULL ? g_key_file_get_string (plan, RUN_GROUP, "recipe", error) : NULL;
  g_autoptr (BbRecipe) recipe = text != NULL ? bb_recipe_new_from_string (text, error) : NULL;
  g_autofree char *encoder =
    recipe != NULL ? g_key_file_get_string (plan, BB_IDENTITY_GROUP, "encoder", error) : NULL;
  g_autofree char *arithmetic = g_key_file_get_value (plan, BB_IDENTITY_GROUP, "arithmetic", NULL);
  BbRecipeValues values;
  g_autoptr (BbRecipe) here = NULL;
  BbRender *render;

  if (encoder == NULL)
    return NULL;
  values = *bb_recipe_get (recipe);
  /* Planned where there is no GPU, and made by the CPU where there is one too. */
  if (arithmetic != NULL && g_str_has_prefix (arithmetic, CPU) &&
      g_str_equal (values.device, "auto"))
    values.device = CPU;
  /* What each machine decides for itself. */
  if (local != NULL && !g_str_equal (bb_recipe_get (local)->device, "auto"))
    values.device = bb_recipe_get (local)->device;
  if (local != NULL && bb_recipe_get (local)->batch != BB_BATCH_AUTO)
    values.batch = bb_recipe_get (local)->batch;
  here = bb_recipe_new (&values, error);
  if (here == NULL)
    return NULL;
  render = bb_render_new (input, output, here,
                          g_key_file_get_boolean (plan, FILES_GROUP, "overwrite", NULL));
  render->plan = g_strdup (folder);
  render->planned_encoder = g_steal_pointer (&encoder);
  render->output[0].pins.threads =
    g_key_file_get_integer (plan, BB_IDENTITY_GROUP, "threads", NULL);
  return render;
}

/**
 * bb_render_new_from_plan:
 * @folder: name of a folder that bb_render_plan() has made
 * @local: (nullable): a recipe whose device and batch size are used here, where they are not automatic
 * @error: return location for an error
 *
 * Returns: (transfer full): a render for bb_render_run_segments() or bb_render_join(), or %NULL with
 *   %BB_ERROR_PLAN where there is no plan
 */
BbRender *
bb_render_new_from_plan (const char *folder, const BbRecipe *local, GError **error)
{
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  g_autofree char *path = g_build_filename (folder, BB_SEGMENT_FOLDER_PLAN, NULL);
  g_autofree char *name = g_filename_display_name (folder);
  g_autoptr (GError) failure = NULL;
  BbRender *render = NULL;

  if (g_key_file_load_from_file (plan, path, G_KEY_FILE_NONE, &failure))
    render = read_plan (folder, plan, local, &failure);
  if (render == NULL)
    g_set_error (error, BB_ERROR, BB_ERROR_PLAN,
                 /* Translators: the name of a folder, and what is wrong */
                 _ ("“%s” holds no plan that can be read (%s): make one with --plan"), name,
                 failure->message);
  return render;
}

/* Whether a GPU is to make it, and none can be used here: another time or elsewhere there may be one. */
static gboolean
lacks_gpu (GKeyFile *here, GKeyFile *plan)
{
  g_autofree char *has = g_key_file_get_value (here, BB_IDENTITY_GROUP, "arithmetic", NULL);
  g_autofree char *wants = g_key_file_get_value (plan, BB_IDENTITY_GROUP, "arithmetic", NULL);

  return has != NULL && g_str_has_prefix (has, CPU) && wants != NULL &&
         !g_str_has_prefix (wants, CPU);
}

/* Whether what would be made here is what was planned. */
static gboolean
check_plan (BbRender *render, GError **error)
{
  BbRenderOutput *output = &render->output[0];
  g_autoptr (GKeyFile) here = g_key_file_new ();
  g_autoptr (GKeyFile) plan = NULL;
  g_autofree char *name = g_filename_display_name (render->plan);
  const char *difference = NULL;

  if (!write_identity (output, here, error))
    return FALSE;
  output->folder = bb_segment_folder_open (render->plan, BB_FOLDER_SHARED, error);
  if (output->folder == NULL)
    return FALSE;
  render->job.output[0].folder = bb_segment_folder_get_path (output->folder);
  plan = bb_segment_folder_get_plan (output->folder);
  if (plan != NULL && render->engine == NULL)
    {
      g_autofree char *arithmetic =
        g_key_file_get_value (plan, BB_IDENTITY_GROUP, "arithmetic", NULL);

      /* Who only joins computes nothing. */
      g_key_file_set_value (here, BB_IDENTITY_GROUP, "arithmetic",
                            arithmetic != NULL ? arithmetic : "");
    }
  if (plan != NULL && lacks_gpu (here, plan))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                   /* Translators: the name of a folder */
                   _ ("The plan in “%s” is for a GPU, and none can be used here: try again, or "
                      "on another machine"),
                   name);
      return FALSE;
    }
  if (plan != NULL && bb_identity_check (here, plan, &difference))
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_PLAN,
               /* Translators: the name of a folder, and why, a clause such as “the source has
                * changed” */
               _ ("The plan in “%s” is not of this render, since %s: make another one with --plan"),
               name, difference != NULL ? difference : _ ("it cannot be read"));
  return FALSE;
}

static gboolean
run_segments (BbRender *render, guint first, guint last, GCancellable *cancellable, GError **error)
{
  guint end;

  if (!bb_render_open (render, BB_RENDER_PICTURE, cancellable, error) ||
      !check_plan (render, error))
    return FALSE;
  /* A source may be longer than it says: then there are more than were planned. */
  end = last + 1 >= MAX (render->job.table.n_segments, 1) ? BB_SEGMENT_NONE : last + 1;
  /* The one before tells where the first one begins, where it is there. */
  find_segments (&render->output[0], first > 0 ? first - 1 : 0, end, cancellable);
  return bb_render_make (render, first, end, cancellable, error);
}

/**
 * bb_render_run_segments:
 * @render: a render from bb_render_new_from_plan() that has not run
 * @first: the first segment to make; the first one of all is 0
 * @last: the last one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes segments of a plan; those that are there already are left alone.
 *
 * Returns: %TRUE, or %FALSE with an error; %BB_ERROR_PLAN where the plan is not of this source, recipe
 *   or build
 */
gboolean
bb_render_run_segments (BbRender *render, guint first, guint last, GCancellable *cancellable,
                        GError **error)
{
  GError *failure = NULL;
  gboolean done;

  bb_render_begin (render);
  done = run_segments (render, first, last, cancellable, &failure);
  bb_render_end (render, done, cancellable, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return done;
}

void
bb_render_set_missing (BbRender *render, guint index, GError **error)
{
  g_autofree char *name = g_filename_display_name (render->plan);

  if (render->missing == NULL)
    render->missing = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (render->missing, index);
  g_clear_error (error);
  g_set_error (error, BB_ERROR, BB_ERROR_MISSING,
               ngettext ("%u segment is missing in “%s”: make it with --segment",
                         "%u segments are missing in “%s”: make them with --segment",
                         render->missing->len),
               render->missing->len, name);
}

/* Follows the segments that are there from the first one on. */
static gboolean
check_complete (BbRender *render, GError **error)
{
  const GPtrArray *found = render->output[0].found;
  guint n_segments = MAX (render->job.table.n_segments, 1);
  guint index = 0;

  for (guint i = 0; index != BB_SEGMENT_NONE;)
    {
      const BbSegment *segment = i < found->len ? found->pdata[i] : NULL;

      if (segment != NULL && segment->index < index)
        i++;
      else if (segment != NULL && segment->index == index)
        index = segment->next;
      else if (segment != NULL || index < n_segments || render->missing == NULL)
        bb_render_set_missing (render, index++, error);
      else
        break;
    }
  return render->missing == NULL;
}

static gboolean
join (BbRender *render, GCancellable *cancellable, GError **error)
{
  if (!bb_render_open (render, BB_RENDER_TARGET, cancellable, error) || !check_plan (render, error))
    return FALSE;
  find_segments (&render->output[0], 0, BB_SEGMENT_NONE, cancellable);
  return check_complete (render, error) &&
         bb_render_make (render, 0, BB_SEGMENT_NONE, cancellable, error);
}

/**
 * bb_render_join:
 * @render: a render from bb_render_new_from_plan() that has not run
 * @missing: (out) (transfer full) (nullable) (element-type guint): with %BB_ERROR_MISSING, the segments
 *   that are not there
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Joins the segments of a plan, and removes its folder.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_render_join (BbRender *render, GArray **missing, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;
  gboolean done;

  bb_render_begin (render);
  done = join (render, cancellable, &failure);
  bb_render_end (render, done, cancellable, &failure);
  *missing = g_steal_pointer (&render->missing);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return done;
}

/* bb-work.c: what the command line has made of one input
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-work.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/**
 * bb_work_init:
 * @work: (out caller-allocates): what to do; valid as long as @options
 * @options: a command line that renders
 * @index: which of its inputs
 */
void
bb_work_init (BbWork *work, const BbOptions *options, guint index)
{
  *work = (BbWork) { .n_outputs = 1 };
  work->target[0] = options->targets->pdata[index];
  work->input = work->target[0]->input;
  for (guint i = 0; i < options->more->len; i++)
    {
      const BbOptionsOutput *more = options->more->pdata[i];

      work->target[work->n_outputs++] = more->targets->pdata[index];
    }
}

/**
 * bb_work_clear:
 * @work: what was done
 */
void
bb_work_clear (BbWork *work)
{
  for (guint i = 0; i < work->n_outputs; i++)
    g_clear_pointer (&work->made[i].path, g_free);
}

/**
 * bb_work_new_render:
 * @work: what to do
 * @options: the command line
 * @error: return location for an error
 *
 * Returns: (transfer full): a render with all outputs, or %NULL with an error of bb_render_add_output()
 */
BbRender *
bb_work_new_render (const BbWork *work, const BbOptions *options, GError **error)
{
  g_autoptr (BbRender) render =
    bb_render_new (work->input, work->target[0]->output, options->recipe, options->overwrite);

  for (guint i = 1; i < work->n_outputs; i++)
    {
      const BbOptionsOutput *more = options->more->pdata[i - 1];

      if (!bb_render_add_output (render, work->target[i]->output, more->recipe, error))
        return NULL;
    }
  return g_steal_pointer (&render);
}

/**
 * bb_work_take_made:
 * @work: what to do
 * @render: the render of it, which has run
 * @done: whether it came to its end
 *
 * Takes down what was made.
 */
void
bb_work_take_made (BbWork *work, BbRender *render, gboolean done)
{
  for (guint i = 0; i < work->n_outputs; i++)
    {
      BbStatsOutput *made = &work->made[i];
      GStatBuf info;

      made->path = bb_render_get_nth_output (render, i);
      made->bytes =
        done && made->path != NULL && g_stat (made->path, &info) == 0 ? info.st_size : -1;
      bb_render_get_nth_stats (render, i, &made->figures);
    }
}

static gboolean
names_file (const char *message, const char *path)
{
  g_autofree char *base = path != NULL ? g_path_get_basename (path) : NULL;
  g_autofree char *name = base != NULL ? g_filename_display_name (base) : NULL;

  return name != NULL && strstr (message, name) != NULL;
}

/**
 * bb_work_describe_failure:
 * @work: what was to be done
 * @error: why it failed
 *
 * Returns: (transfer full): one sentence that names the file
 */
char *
bb_work_describe_failure (const BbWork *work, const GError *error)
{
  g_autofree char *name = g_filename_display_name (work->input);

  if (names_file (error->message, work->input))
    return g_strdup (error->message);
  for (guint i = 0; i < work->n_outputs; i++)
    if (names_file (error->message, work->target[i]->output))
      return g_strdup (error->message);
  return g_strdup_printf (_ ("“%s”: %s"), name, error->message);
}

/**
 * bb_work_describe_other_names:
 * @work: what was done
 *
 * The videos are there, but scripts would take other files for them.
 *
 * Returns: (transfer full) (nullable): which files have got other names; %NULL: none
 */
char *
bb_work_describe_other_names (const BbWork *work)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < work->n_outputs; i++)
    {
      const char *wished = work->target[i]->output;
      const char *got = work->made[i].path;
      g_autofree char *wished_name = wished != NULL ? g_filename_display_name (wished) : NULL;
      g_autofree char *got_name = got != NULL ? g_filename_display_name (got) : NULL;

      if (g_strcmp0 (wished, got) == 0)
        continue;
      g_string_append (text, text->len > 0 ? "; " : "");
      g_string_append_printf (
        text, _ ("“%s” has appeared during the render and was left alone: the video is “%s”"),
        wished_name, got_name);
    }
  return text->len > 0 ? g_strdup (text->str) : NULL;
}

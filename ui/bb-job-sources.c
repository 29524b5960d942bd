/* bb-job-sources.c: what the list of exports shows of their videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-job-sources.h"

#include "bb-prober.h"
#include "bb-progress.h"

/**
 * BbJobSources:
 *
 * A small picture and the length of each video that a queue reads, found out one after the other and once
 * a file; what the window's list knows already is taken from there.
 *
 * Signals: `changed`, when there is more that is known.
 */
struct _BbJobSources {
  GObject parent_instance;

  BbQueue *queue;
  BbProject *known;  /* the list of the window */
  BbProject *videos; /* one clip for each file */
  GHashTable *clips; /* of those, by file */
  BbProber *prober;  /* NULL until somebody looks */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbJobSources, bb_job_sources, G_TYPE_OBJECT)

static void
found_cb (BbJobSources *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Runs before the prober looks at what was added. */
static void
added_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  BbJobSources *self = BB_JOB_SOURCES (user_data);

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (model, i);
      BbClip *other = bb_project_find (self->known, bb_clip_get_file (clip));

      g_hash_table_insert (self->clips, bb_clip_get_file (clip), g_object_ref (clip));
      g_signal_connect_object (clip, "notify", G_CALLBACK (found_cb), self, G_CONNECT_SWAPPED);
      if (other == NULL || bb_clip_get_thumbnail (other) == NULL)
        continue;
      bb_clip_set_facts (clip, bb_clip_get_facts (other));
      bb_clip_set_thumbnail (clip, bb_clip_get_thumbnail (other));
    }
}

static void
bb_job_sources_dispose (GObject *object)
{
  BbJobSources *self = BB_JOB_SOURCES (object);

  if (self->prober != NULL)
    bb_prober_stop (self->prober);
  g_clear_object (&self->prober);
  g_clear_pointer (&self->clips, g_hash_table_unref);
  g_clear_object (&self->videos);
  g_clear_object (&self->known);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (bb_job_sources_parent_class)->dispose (object);
}

static void
bb_job_sources_class_init (BbJobSourcesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bb_job_sources_dispose;

  signals[CHANGED] = g_signal_new ("changed", BB_TYPE_JOB_SOURCES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
bb_job_sources_init (BbJobSources *self)
{
  self->videos = bb_project_new ();
  self->clips = g_hash_table_new_full (
    (GHashFunc) g_file_hash, (GEqualFunc) (void (*) (void)) g_file_equal, NULL, g_object_unref);
  g_signal_connect (self->videos, "items-changed", G_CALLBACK (added_cb), self);
}

/**
 * bb_job_sources_new:
 * @queue: the queue
 * @known: the list of videos of the window
 *
 * Returns: (transfer full): what knows nothing yet
 */
BbJobSources *
bb_job_sources_new (BbQueue *queue, BbProject *known)
{
  BbJobSources *self = g_object_new (BB_TYPE_JOB_SOURCES, NULL);

  self->queue = g_object_ref (queue);
  self->known = g_object_ref (known);
  return self;
}

/**
 * bb_job_sources_look:
 * @self: sources
 *
 * Looks at the videos of the queue that nothing is known of.
 */
void
bb_job_sources_look (BbJobSources *self)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_ptr_array_add (jobs, g_list_model_get_item (model, i));
      g_ptr_array_add (files, bb_job_get_input (jobs->pdata[i]));
    }
  if (files->len > 0)
    bb_project_add (self->videos, (GFile *const *) files->pdata, files->len, G_MAXUINT);
  if (self->prober == NULL)
    self->prober = bb_prober_new (self->videos);
}

/**
 * bb_job_sources_get:
 * @self: sources
 * @job: a job of the queue
 *
 * Returns: (transfer none) (nullable): its video, if that was looked at
 */
BbClip *
bb_job_sources_get (BbJobSources *self, BbJob *job)
{
  return g_hash_table_lookup (self->clips, bb_job_get_input (job));
}

/* How much there is to do for a job: its length times the pixels that are read and made of a frame; 0
 * where nothing will be made, below 0 where it is not known. */
static double
get_work (BbJobSources *self, BbJob *job)
{
  BbClip *clip = bb_job_sources_get (self, job);
  const BbRecipeValues *values = bb_recipe_get (bb_job_get_recipe (job));
  const BbClipFacts *facts;
  gint64 end;

  if (clip == NULL)
    return -1;
  if (bb_clip_get_problem (clip) != NULL)
    return 0;
  facts = bb_clip_get_facts (clip);
  if (facts->duration <= 0)
    return -1;
  end = values->end >= 0 ? MIN (values->end, facts->duration) : facts->duration;
  return (double) MAX (end - values->start, 0) *
         ((double) facts->width * facts->height + (double) values->width * values->height);
}

/**
 * bb_job_sources_get_seconds_left:
 * @self: sources
 *
 * Takes the exports that wait to go as fast as the one that runs, for their length and size.
 *
 * Returns: seconds until the queue is done; -1 where that cannot be told, or nothing waits
 */
int
bb_job_sources_get_seconds_left (BbJobSources *self)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  BbJob *current = bb_queue_get_current (self->queue);
  const BbRenderStats *stats = current != NULL ? bb_job_get_stats (current) : NULL;
  int left = stats != NULL ? bb_progress_get_seconds_left (stats) : -1;
  double work = current != NULL ? get_work (self, current) : -1;
  double waiting = 0;

  if (left < 0 || work <= 0 || bb_queue_get_n_waiting (self->queue) == 0)
    return -1;
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);
      double more = bb_job_get_state (job) == BB_JOB_WAITING ? get_work (self, job) : 0;

      if (more < 0)
        return -1;
      waiting += more;
    }
  return (int) MIN (
    left + waiting / work * (double) stats->total_frames / bb_progress_get_frame_rate (stats) + 0.5,
    1e9);
}

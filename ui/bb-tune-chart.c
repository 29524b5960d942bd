/* bb-tune-chart.c: chart of speed or memory by batch size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tune-chart.h"

#include <glib/gi18n.h>
#include <math.h>

#define GAP 6.0f
#define MARK 4.0f
#define MAX_TICKS 5

/**
 * BbTuneChart:
 *
 * A line for each precision over the batch sizes, of frames a second or of memory. The lines differ
 * in color, dashes and marks. It grows as points come; the same numbers are in a table elsewhere,
 * so that to a screen reader it is one image.
 */
struct _BbTuneChart {
  GtkWidget parent_instance;

  gboolean memory;
  BbTunePoint points[BB_TUNE_N_POINTS];
  guint n_points;
  int best;
};

enum { PROP_0, PROP_MEMORY, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbTuneChart, bb_tune_chart, GTK_TYPE_WIDGET)

/* Where things are, and what they are drawn with. */
typedef struct {
  GtkSnapshot *snapshot;
  GdkRGBA color;
  GdkRGBA dim;
  GdkRGBA faint;
  GdkRGBA band;
  GdkRGBA accent;
  float stroke;
  graphene_rect_t plot;
  double top; /* value at the upper edge */
} Drawing;

static double
get_value (BbTuneChart *self, const BbTunePoint *point)
{
  return self->memory ? (double) point->memory : point->frames_per_second;
}

/* Whether there is a value: memory is known of every point, speed of those that fit. */
static gboolean
has_value (BbTuneChart *self, const BbTunePoint *point)
{
  return self->memory || point->fits;
}

static double
get_largest (BbTuneChart *self)
{
  double largest = 0.0;

  for (guint i = 0; i < self->n_points; i++)
    largest = MAX (largest, get_value (self, &self->points[i]));
  return largest;
}

/* Bytes that the axis counts in. */
static double
get_unit (BbTuneChart *self, double largest)
{
  if (!self->memory)
    return 1.0;
  return largest < 1e6 ? 1e3 : largest < 1e9 ? 1e6 : 1e9;
}

static const char *
get_title (BbTuneChart *self, double unit)
{
  if (!self->memory)
    return _ ("Frames per Second");
  return unit < 1e6 ? _ ("Memory in kB") : unit < 1e9 ? _ ("Memory in MB") : _ ("Memory in GB");
}

/* The smallest of 1, 2 and 5 times a power of ten that makes no more than MAX_TICKS ticks. */
static double
get_step (double largest)
{
  double power = pow (10.0, floor (log10 (largest / MAX_TICKS)));
  static const double factors[] = { 1.0, 2.0, 5.0 };

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    if (largest / (power * factors[i]) <= MAX_TICKS)
      return power * factors[i];
  return power * 10.0;
}

static PangoLayout *
create_layout (BbTuneChart *self, const char *text, int *width, int *height)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);

  pango_layout_get_pixel_size (layout, width, height);
  return layout;
}

/* Draws text; @align is 0 where x is its left edge, 0.5 its middle, 1 its right edge. */
static void
draw_text (BbTuneChart *self, const Drawing *drawing, const char *text, const GdkRGBA *color,
           float x, float y, float align)
{
  int width, height;
  g_autoptr (PangoLayout) layout = create_layout (self, text, &width, &height);

  gtk_snapshot_save (drawing->snapshot);
  gtk_snapshot_translate (drawing->snapshot,
                          &GRAPHENE_POINT_INIT (roundf (x - (float) width * align), roundf (y)));
  gtk_snapshot_append_layout (drawing->snapshot, layout, color);
  gtk_snapshot_restore (drawing->snapshot);
}

static float
get_line_height (BbTuneChart *self)
{
  int width, height;
  g_autoptr (PangoLayout) layout = create_layout (self, "0", &width, &height);

  return (float) height;
}

static float
get_x (const Drawing *drawing, const BbTunePoint *point)
{
  float step = drawing->plot.size.width / BB_TUNE_N_BATCHES;

  return roundf (drawing->plot.origin.x + step * ((float) log2 (point->batch) + 0.5f));
}

static float
get_y (const Drawing *drawing, double value)
{
  return drawing->plot.origin.y + drawing->plot.size.height * (float) (1.0 - value / drawing->top);
}

static void
draw_grid (BbTuneChart *self, const Drawing *drawing, double step, double unit)
{
  const graphene_rect_t *plot = &drawing->plot;
  float half = get_line_height (self) / 2;

  for (int i = 0; i * step <= drawing->top * 1.0001; i++)
    {
      g_autofree char *text = g_strdup_printf ("%.10g", i * step / unit);
      float y = roundf (get_y (drawing, i * step));

      gtk_snapshot_append_color (drawing->snapshot, i == 0 ? &drawing->dim : &drawing->faint,
                                 &GRAPHENE_RECT_INIT (plot->origin.x, y, plot->size.width, 1));
      draw_text (self, drawing, text, &drawing->dim, plot->origin.x - GAP, y - half, 1.0f);
    }
  for (int i = 0; i < BB_TUNE_N_BATCHES; i++)
    {
      const BbTunePoint point = { .batch = 1 << i };
      g_autofree char *text = g_strdup_printf ("%d", point.batch);

      draw_text (self, drawing, text, &drawing->dim, get_x (drawing, &point),
                 plot->origin.y + plot->size.height + GAP, 0.5f);
    }
  draw_text (self, drawing, _ ("Frames in a Batch"), &drawing->dim,
             plot->origin.x + plot->size.width / 2,
             plot->origin.y + plot->size.height + GAP + 2 * half, 0.5f);
}

static void
draw_mark (const Drawing *drawing, BbPrecision precision, const GdkRGBA *color, float x, float y)
{
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;

  if (precision == BB_PRECISION_FP16)
    gsk_path_builder_add_circle (builder, &GRAPHENE_POINT_INIT (x, y), MARK);
  else
    gsk_path_builder_add_rect (
      builder, &GRAPHENE_RECT_INIT (x - MARK + 0.5f, y - MARK + 0.5f, 2 * MARK - 1, 2 * MARK - 1));
  path = gsk_path_builder_to_path (builder);
  gtk_snapshot_append_fill (drawing->snapshot, path, GSK_FILL_RULE_WINDING, color);
}

static void
draw_stroke (const Drawing *drawing, GskPathBuilder *builder, BbPrecision precision,
             const GdkRGBA *color)
{
  static const float dashes[] = { 5.0f, 4.0f };
  g_autoptr (GskPath) path = gsk_path_builder_to_path (builder);
  GskStroke *stroke = gsk_stroke_new (drawing->stroke);

  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  if (precision == BB_PRECISION_FP32)
    gsk_stroke_set_dash (stroke, dashes, G_N_ELEMENTS (dashes));
  gtk_snapshot_append_stroke (drawing->snapshot, path, stroke, color);
  gsk_stroke_free (stroke);
}

static const GdkRGBA *
get_color (const Drawing *drawing, BbPrecision precision)
{
  return precision == BB_PRECISION_FP16 ? &drawing->accent : &drawing->color;
}

static void
draw_line (BbTuneChart *self, const Drawing *drawing, BbPrecision precision)
{
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  const GdkRGBA *color = get_color (drawing, precision);
  gboolean begun = FALSE;

  for (guint i = 0; i < self->n_points; i++)
    {
      const BbTunePoint *point = &self->points[i];
      float x = get_x (drawing, point);

      if (point->precision != precision || !has_value (self, point))
        continue;
      if (begun)
        gsk_path_builder_line_to (builder, x, get_y (drawing, get_value (self, point)));
      else
        gsk_path_builder_move_to (builder, x, get_y (drawing, get_value (self, point)));
      begun = TRUE;
    }
  draw_stroke (drawing, builder, precision, color);
  for (guint i = 0; i < self->n_points; i++)
    if (self->points[i].precision == precision && has_value (self, &self->points[i]))
      draw_mark (drawing, precision, color, get_x (drawing, &self->points[i]),
                 get_y (drawing, get_value (self, &self->points[i])));
}

/* A ring around the best, which is drawn under the lines. */
static void
draw_best (BbTuneChart *self, const Drawing *drawing)
{
  const BbTunePoint *point = &self->points[self->best];
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;
  GskStroke *stroke = gsk_stroke_new (drawing->stroke);
  float x = get_x (drawing, point);

  gtk_snapshot_append_color (
    drawing->snapshot, &drawing->band,
    &GRAPHENE_RECT_INIT (x - drawing->plot.size.width / (2 * BB_TUNE_N_BATCHES),
                         drawing->plot.origin.y, drawing->plot.size.width / BB_TUNE_N_BATCHES,
                         drawing->plot.size.height));
  gsk_path_builder_add_circle (
    builder, &GRAPHENE_POINT_INIT (x, get_y (drawing, get_value (self, point))), 2 * MARK);
  path = gsk_path_builder_to_path (builder);
  gtk_snapshot_append_stroke (drawing->snapshot, path, stroke, &drawing->color);
  gsk_stroke_free (stroke);
}

/* What the lines are, at the right end of the title's line. */
static void
draw_legend (BbTuneChart *self, const Drawing *drawing, float right)
{
  static const char *const names[] = { [BB_PRECISION_FP16] = "FP16", [BB_PRECISION_FP32] = "FP32" };
  float middle = get_line_height (self) / 2;
  const float length = 22.0f;

  for (int i = 1; i >= 0; i--)
    {
      BbPrecision precision = i == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
      g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
      int width, height;
      g_autoptr (PangoLayout) layout = create_layout (self, names[precision], &width, &height);

      draw_text (self, drawing, names[precision], &drawing->color, right, 0.0f, 1.0f);
      right -= (float) width + GAP;
      gsk_path_builder_move_to (builder, right - length, middle);
      gsk_path_builder_line_to (builder, right, middle);
      draw_stroke (drawing, builder, precision, get_color (drawing, precision));
      draw_mark (drawing, precision, get_color (drawing, precision), right - length / 2, middle);
      right -= length + 2 * GAP;
    }
}

static void
drawing_init (BbTuneChart *self, Drawing *drawing, GtkSnapshot *snapshot)
{
  AdwStyleManager *manager =
    adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  gboolean high_contrast = adw_style_manager_get_high_contrast (manager);

  *drawing = (Drawing) { .snapshot = snapshot, .stroke = high_contrast ? 3.0f : 2.0f };
  gtk_widget_get_color (GTK_WIDGET (self), &drawing->color);
  drawing->dim = drawing->faint = drawing->band = drawing->color;
  drawing->band.alpha *= 0.12f;
  drawing->dim.alpha *= high_contrast ? 1.0f : 0.65f;
  drawing->faint.alpha *= high_contrast ? 0.4f : 0.12f;
  adw_accent_color_to_standalone_rgba (adw_style_manager_get_accent_color (manager),
                                       adw_style_manager_get_dark (manager), &drawing->accent);
}

static void
bb_tune_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbTuneChart *self = BB_TUNE_CHART (widget);
  double largest = get_largest (self);
  double unit = get_unit (self, largest);
  double step = get_step (MAX (largest, 1.0));
  float line = get_line_height (self);
  int left, height;
  g_autoptr (PangoLayout) widest = create_layout (self, "0000", &left, &height);
  Drawing drawing;

  drawing_init (self, &drawing, snapshot);
  drawing.top = step * MAX (ceil (largest / step), 1.0);
  for (int i = 0; i * step <= drawing.top * 1.0001; i++)
    {
      g_autofree char *text = g_strdup_printf ("%.10g", i * step / unit);
      int width;
      g_autoptr (PangoLayout) layout = create_layout (self, text, &width, &height);

      left = MAX (left, width);
    }
  graphene_rect_init (&drawing.plot, (float) left + GAP, line + 2 * GAP,
                      (float) gtk_widget_get_width (widget) - (float) left - GAP,
                      (float) gtk_widget_get_height (widget) - 3 * line - 3 * GAP);
  draw_text (self, &drawing, get_title (self, unit), &drawing.color, 0.0f, 0.0f, 0.0f);
  draw_legend (self, &drawing, (float) gtk_widget_get_width (widget));
  if (self->n_points > 0)
    draw_grid (self, &drawing, step, unit);
  if (self->best >= 0)
    draw_best (self, &drawing);
  draw_line (self, &drawing, BB_PRECISION_FP32);
  draw_line (self, &drawing, BB_PRECISION_FP16);
}

static void
bb_tune_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  gboolean horizontal = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = horizontal ? 240 : BB_TUNE_CHART (widget)->memory ? 150 : 200;
  *natural = horizontal ? 480 : *minimum;
}

static void
bb_tune_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_MEMORY:
      g_value_set_boolean (value, BB_TUNE_CHART (object)->memory);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_tune_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbTuneChart *self = BB_TUNE_CHART (object);

  switch (id)
    {
    case PROP_MEMORY:
      self->memory = g_value_get_boolean (value);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      self->memory ? _ ("Chart of the memory by batch size")
                                                   : _ ("Chart of frames per second by batch size"),
                                      -1);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_tune_chart_class_init (BbTuneChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bb_tune_chart_get_property;
  object_class->set_property = bb_tune_chart_set_property;
  widget_class->measure = bb_tune_chart_measure;
  widget_class->snapshot = bb_tune_chart_snapshot;

  /**
   * BbTuneChart:memory:
   *
   * Whether it shows the memory in place of frames a second.
   */
  props[PROP_MEMORY] =
    g_param_spec_boolean ("memory", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "tune-chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
bb_tune_chart_init (BbTuneChart *self)
{
  AdwStyleManager *manager =
    adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  static const char *const changes[] = { "notify::dark", "notify::high-contrast",
                                         "notify::accent-color" };

  self->best = -1;
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self), "numeric");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    g_signal_connect_object (manager, changes[i], G_CALLBACK (gtk_widget_queue_draw), self,
                             G_CONNECT_SWAPPED);
}

/**
 * bb_tune_chart_set_points:
 * @self: a chart
 * @points: (array length=n_points): the first points of a measurement
 * @n_points: how many, %BB_TUNE_N_POINTS at most
 *
 * Shows other points, none of them as the best.
 */
void
bb_tune_chart_set_points (BbTuneChart *self, const BbTunePoint *points, guint n_points)
{
  g_return_if_fail (BB_IS_TUNE_CHART (self) && n_points <= BB_TUNE_N_POINTS);

  self->n_points = n_points;
  for (guint i = 0; i < n_points; i++)
    self->points[i] = points[i];
  self->best = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_tune_chart_set_best:
 * @self: a chart
 * @best: index of the point that is the best; -1 for none
 */
void
bb_tune_chart_set_best (BbTuneChart *self, int best)
{
  g_return_if_fail (BB_IS_TUNE_CHART (self) && best < (int) self->n_points);

  self->best = best;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* bb-guides.c: what platforms lay over a video
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-guides.h"

#include <glib/gi18n.h>
#include <math.h>

typedef enum { MOCK_BUTTON, MOCK_DISC, MOCK_LINE, MOCK_PILL, MOCK_BAR } MockKind;

/* One thing on the screen. Negative places count from the right or from the bottom. Buttons and discs
 * have their middle there, and @width is their diameter; all else has its corner there. */
typedef struct {
  MockKind kind;
  float x;
  float y;
  float width;
  float height;
  const char *icon; /* of a button */
} Mock;

/* Where a platform shows a video: the screen's shape, which the video is fitted into, and what lies on it. Of several
 * surfaces the first one whose range has the video's shape is taken. */
typedef struct {
  float least; /* width : height of the videos that it shows */
  float most;
  float width; /* of the screen; what shows videos of every shape as they are has no height */
  float height;
  float top; /* margins */
  float bottom;
  float left;
  float right;
  const Mock *mocks;
} Surface;

struct _BbGuides {
  const char *id;
  const char *name;
  const Surface *surfaces;
};

#define HEART "emote-love-symbolic"
#define COMMENT "chat-message-new-symbolic"
#define BOOKMARK "user-bookmarks-symbolic"
#define SHARE "mail-forward-symbolic"
#define SEND "document-send-symbolic"
#define MORE "view-more-symbolic"
#define SEARCH "edit-find-symbolic"
#define PERSON "avatar-default-symbolic"
#define CAMERA "camera-photo-symbolic"
#define UP "go-up-symbolic"
#define DOWN "go-down-symbolic"

/* Ends a list. */
#define END { .width = 0 }

/* As the platforms advise advertisers, on a screen of 1080x1920. They shift things now and then, by
 * device and caption: the margins are to stay clear of, and the buttons are about where they are. */
static const Mock tiktok_feed[] = {
  { MOCK_LINE, 350, 72, 170, 30, NULL },       { MOCK_LINE, 560, 72, 170, 30, NULL },
  { MOCK_BUTTON, -70, 86, 68, 0, SEARCH },     { MOCK_BUTTON, -76, 850, 96, 0, PERSON },
  { MOCK_BUTTON, -76, 985, 80, 0, HEART },     { MOCK_BUTTON, -76, 1115, 80, 0, COMMENT },
  { MOCK_BUTTON, -76, 1245, 80, 0, BOOKMARK }, { MOCK_BUTTON, -76, 1375, 80, 0, SHARE },
  { MOCK_DISC, -76, 1520, 92, 0, NULL },       { MOCK_LINE, 60, 1470, 320, 36, NULL },
  { MOCK_LINE, 60, 1532, 700, 28, NULL },      { MOCK_LINE, 60, 1580, 520, 28, NULL },
  { MOCK_LINE, 60, 1640, 400, 26, NULL },      { MOCK_BAR, 0, 1740, 1080, 6, NULL },
  { MOCK_PILL, 490, 1792, 100, 64, NULL },     END,
};

static const Mock reels_feed[] = {
  { MOCK_LINE, 60, 92, 220, 44, NULL },     { MOCK_BUTTON, -80, 112, 72, 0, CAMERA },
  { MOCK_BUTTON, -76, 1300, 80, 0, HEART }, { MOCK_BUTTON, -76, 1425, 80, 0, COMMENT },
  { MOCK_BUTTON, -76, 1550, 80, 0, SEND },  { MOCK_BUTTON, -76, 1665, 68, 0, MORE },
  { MOCK_DISC, -76, 1780, 72, 0, NULL },    { MOCK_BUTTON, 100, 1600, 80, 0, PERSON },
  { MOCK_LINE, 164, 1582, 260, 36, NULL },  { MOCK_PILL, 460, 1570, 170, 60, NULL },
  { MOCK_LINE, 60, 1674, 640, 28, NULL },   { MOCK_LINE, 60, 1720, 460, 28, NULL },
  { MOCK_PILL, 60, 1778, 360, 52, NULL },   END,
};

static const Mock shorts_feed[] = {
  { MOCK_BUTTON, -210, 120, 76, 0, SEARCH },  { MOCK_BUTTON, -90, 120, 76, 0, MORE },
  { MOCK_BUTTON, -96, 940, 96, 0, UP },       { MOCK_BUTTON, -96, 1090, 96, 0, DOWN },
  { MOCK_BUTTON, -96, 1240, 96, 0, COMMENT }, { MOCK_BUTTON, -96, 1390, 96, 0, SHARE },
  { MOCK_DISC, -96, 1560, 96, 0, NULL },      { MOCK_BUTTON, 92, 1450, 80, 0, PERSON },
  { MOCK_LINE, 156, 1434, 260, 34, NULL },    { MOCK_PILL, 450, 1414, 200, 72, NULL },
  { MOCK_LINE, 52, 1530, 700, 30, NULL },     { MOCK_LINE, 52, 1580, 480, 30, NULL },
  { MOCK_BAR, 0, 1700, 1080, 8, NULL },       END,
};

/* In a feed of posts little lies on the video. */
static const Mock instagram_post[] = {
  { MOCK_BUTTON, 70, -70, 64, 0, PERSON },
  { MOCK_BUTTON, -70, -70, 64, 0, "audio-volume-high-symbolic" },
  END,
};

static const Mock youtube_player[] = {
  { MOCK_LINE, 48, 44, 720, 40, NULL },
  { MOCK_BUTTON, -72, 64, 64, 0, MORE },
  { MOCK_BAR, 48, -128, 1824, 8, NULL },
  { MOCK_BUTTON, 84, -64, 72, 0, "media-playback-start-symbolic" },
  { MOCK_BUTTON, 180, -64, 72, 0, "audio-volume-high-symbolic" },
  { MOCK_LINE, 240, -80, 200, 30, NULL },
  { MOCK_BUTTON, -180, -64, 72, 0, "emblem-system-symbolic" },
  { MOCK_BUTTON, -84, -64, 72, 0, "view-fullscreen-symbolic" },
  END,
};

static const Surface tiktok[] = {
  { 0, 100, 1080, 1920, 126, 484, 60, 140, tiktok_feed },
};
static const Surface instagram[] = {
  /* From 4:5 on a post is shown as it is; what is taller is a reel. */
  { 0.7f, 100, 1080, 0, 30, 120, 30, 30, instagram_post },
  { 0, 100, 1080, 1920, 269, 672, 65, 65, reels_feed },
};
static const Surface youtube[] = {
  /* Square and taller is a short. */
  { 1.1f, 100, 1920, 0, 110, 150, 48, 48, youtube_player },
  { 0, 100, 1080, 1920, 288, 672, 48, 192, shorts_feed },
};

static const BbGuides table[] = {
  /* Translators: no safe areas */
  { "none", NC_ ("guides", "None"), NULL },
  { "tiktok", "TikTok", tiktok },
  { "reels", "Instagram", instagram },
  { "shorts", "YouTube", youtube },
};

/**
 * bb_guides_get:
 * @index: number, 0 is none
 *
 * Returns: (nullable): guides, %NULL past the last ones
 */
const BbGuides *
bb_guides_get (guint index)
{
  return index < G_N_ELEMENTS (table) ? &table[index] : NULL;
}

/**
 * bb_guides_find:
 * @id: what settings and actions call them
 *
 * Returns: (nullable): guides
 */
const BbGuides *
bb_guides_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].id, id))
      return &table[i];
  return NULL;
}

/**
 * bb_guides_get_id:
 * @guides: guides
 *
 * Returns: what settings and actions call them
 */
const char *
bb_guides_get_id (const BbGuides *guides)
{
  return guides->id;
}

/**
 * bb_guides_get_name:
 * @guides: guides
 *
 * Returns: (transfer full): the platform's name, for people
 */
char *
bb_guides_get_name (const BbGuides *guides)
{
  return g_strdup (g_dpgettext2 (NULL, "guides", guides->name));
}

/* A screen with a canvas fitted into it: where it lies and how large it is, in the canvas' unit. */
typedef struct {
  const Surface *surface;
  graphene_rect_t screen;
  float scale; /* of the surface's unit */
} Fitted;

static gboolean
fit (const BbGuides *guides, const graphene_rect_t *canvas, Fitted *fitted)
{
  float aspect = canvas->size.width / canvas->size.height;
  const Surface *surface = guides->surfaces;
  float height;

  if (surface == NULL)
    return FALSE;
  while (aspect < surface->least || aspect > surface->most)
    surface++;
  fitted->surface = surface;
  height = surface->height > 0 ? surface->height : surface->width / aspect;
  /* What fits the canvas into the screen, the other way round. */
  fitted->scale = MAX (canvas->size.width / surface->width, canvas->size.height / height);
  graphene_rect_init (&fitted->screen,
                      canvas->origin.x + (canvas->size.width - surface->width * fitted->scale) / 2,
                      canvas->origin.y + (canvas->size.height - height * fitted->scale) / 2,
                      surface->width * fitted->scale, height * fitted->scale);
  return TRUE;
}

static void
get_area (const Fitted *fitted, const graphene_rect_t *canvas, graphene_rect_t *area)
{
  const Surface *surface = fitted->surface;
  float scale = fitted->scale;

  graphene_rect_init (area, fitted->screen.origin.x + surface->left * scale,
                      fitted->screen.origin.y + surface->top * scale,
                      fitted->screen.size.width - (surface->left + surface->right) * scale,
                      fitted->screen.size.height - (surface->top + surface->bottom) * scale);
  if (!graphene_rect_intersection (area, canvas, area))
    graphene_rect_init (area, canvas->origin.x, canvas->origin.y, 0, 0);
}

/**
 * bb_guides_get_safe_area:
 * @guides: guides
 * @width: columns of a canvas
 * @height: rows of it
 * @area: (out caller-allocates): the part of it that stays clear, in the same unit
 *
 * Returns: whether something lies over such a canvas
 */
gboolean
bb_guides_get_safe_area (const BbGuides *guides, int width, int height, graphene_rect_t *area)
{
  graphene_rect_t canvas = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  Fitted fitted;

  *area = canvas;
  if (!fit (guides, &canvas, &fitted))
    return FALSE;
  get_area (&fitted, &canvas, area);
  return TRUE;
}

static void
append_rounded (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius,
                const GdkRGBA *color)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, color, rect);
  gtk_snapshot_pop (snapshot);
}

static void
append_icon (GtkSnapshot *snapshot, GtkWidget *widget, const char *name,
             const graphene_rect_t *button)
{
  const GdkRGBA white = { 1, 1, 1, 0.95f };
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));
  float size = roundf (button->size.width * 0.62f);
  g_autoptr (GtkIconPaintable) icon = NULL;

  if (size < 1)
    return;
  icon = gtk_icon_theme_lookup_icon (theme, name, NULL, (int) size,
                                     gtk_widget_get_scale_factor (widget), GTK_TEXT_DIR_NONE, 0);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
    snapshot, &GRAPHENE_POINT_INIT (button->origin.x + (button->size.width - size) / 2,
                                    button->origin.y + (button->size.height - size) / 2));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size, size,
                                            &white, 1);
  gtk_snapshot_restore (snapshot);
}

static void
append_mock (GtkSnapshot *snapshot, GtkWidget *widget, const Fitted *fitted, const Mock *mock)
{
  const GdkRGBA dark = { 0, 0, 0, 0.42f };
  const GdkRGBA light = { 1, 1, 1, 0.78f };
  const GdkRGBA accent = { 0.88f, 0.11f, 0.14f, 0.9f };
  float scale = fitted->scale;
  float x =
    fitted->screen.origin.x + mock->x * scale + (mock->x < 0 ? fitted->screen.size.width : 0);
  float y =
    fitted->screen.origin.y + mock->y * scale + (mock->y < 0 ? fitted->screen.size.height : 0);
  float width = mock->width * scale;
  float height = mock->height * scale;
  graphene_rect_t round = GRAPHENE_RECT_INIT (x - width / 2, y - width / 2, width, width);
  graphene_rect_t rect = GRAPHENE_RECT_INIT (x, y, width, height);
  graphene_rect_t inner;

  switch (mock->kind)
    {
    case MOCK_BUTTON:
      append_rounded (snapshot, &round, width / 2, &dark);
      append_icon (snapshot, widget, mock->icon, &round);
      break;
    case MOCK_DISC:
      append_rounded (snapshot, &round, width / 2, &dark);
      graphene_rect_inset_r (&round, width * 0.3f, width * 0.3f, &inner);
      append_rounded (snapshot, &inner, width * 0.2f, &light);
      break;
    case MOCK_LINE:
      append_rounded (snapshot, &rect, height / 2, &light);
      break;
    case MOCK_PILL:
      append_rounded (snapshot, &rect, height / 2, &dark);
      graphene_rect_inset_r (&rect, height * 0.4f, height * 0.38f, &inner);
      append_rounded (snapshot, &inner, inner.size.height / 2, &light);
      break;
    case MOCK_BAR:
    default:
      append_rounded (snapshot, &rect, height / 2, &light);
      rect.size.width /= 3;
      append_rounded (snapshot, &rect, height / 2, &accent);
      break;
    }
}

/**
 * bb_guides_snapshot:
 * @guides: guides
 * @widget: where it is drawn
 * @snapshot: where to draw
 * @canvas: where the canvas lies
 *
 * Draws buttons and captions about where the platform has them, a light veil over the margins, and a line around
 * what is clear.
 */
void
bb_guides_snapshot (const BbGuides *guides, GtkWidget *widget, GtkSnapshot *snapshot,
                    const graphene_rect_t *canvas)
{
  const GdkRGBA veil = { 0, 0, 0, 0.22f };
  const GdkRGBA line = { 1, 1, 1, 0.85f };
  const GdkRGBA lines[4] = { line, line, line, line };
  const float widths[4] = { 1, 1, 1, 1 };
  graphene_rect_t area;
  GskRoundedRect frame;
  Fitted fitted;
  float right, bottom;

  if (!fit (guides, canvas, &fitted))
    return;
  get_area (&fitted, canvas, &area);
  graphene_rect_round_extents (&area, &area);
  right = area.origin.x + area.size.width;
  bottom = area.origin.y + area.size.height;
  gtk_snapshot_push_clip (snapshot, canvas);
  gtk_snapshot_append_color (snapshot, &veil,
                             &GRAPHENE_RECT_INIT (canvas->origin.x, canvas->origin.y,
                                                  canvas->size.width,
                                                  area.origin.y - canvas->origin.y));
  gtk_snapshot_append_color (snapshot, &veil,
                             &GRAPHENE_RECT_INIT (canvas->origin.x, bottom, canvas->size.width,
                                                  canvas->origin.y + canvas->size.height - bottom));
  gtk_snapshot_append_color (snapshot, &veil,
                             &GRAPHENE_RECT_INIT (canvas->origin.x, area.origin.y,
                                                  area.origin.x - canvas->origin.x,
                                                  area.size.height));
  gtk_snapshot_append_color (snapshot, &veil,
                             &GRAPHENE_RECT_INIT (right, area.origin.y,
                                                  canvas->origin.x + canvas->size.width - right,
                                                  area.size.height));
  for (const Mock *mock = fitted.surface->mocks; mock->width > 0; mock++)
    append_mock (snapshot, widget, &fitted, mock);
  gsk_rounded_rect_init_from_rect (&frame, &area, 0);
  gtk_snapshot_append_border (snapshot, &frame, widths, lines);
  gtk_snapshot_pop (snapshot);
}

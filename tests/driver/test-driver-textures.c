/* test-driver-textures.c: the driver for tests: PTX, and textures as FFmpeg's filters use them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-driver.h"

#include <string.h>

#define WIDTH 20
#define HEIGHT 12
#define PITCH 512

static const char *const ptx = "// made by hand\n\n.version 7.0\n.target sm_75\n.address_size 64\n"
                               ".visible .entry bwdif_uchar(\n.param .u64 p)\n{\n}\n"
                               ".visible .entry bwdif_ushort2 (.param .u64 p)\n{\n}\n";

typedef struct {
  CUmodule module;
  CUfunction kernel;
  CUdeviceptr frames; /* three, one below the other, and the one that is made */
  CUtexObject texture[3];
} Fixture;

static CUresult
new_texture (CUdeviceptr start, size_t pitch, size_t width, size_t height, CUtexObject *texture)
{
  const CUDA_TEXTURE_DESC description = { .filterMode = CU_TR_FILTER_MODE_POINT,
                                          .flags = CU_TRSF_READ_AS_INTEGER };
  const CUDA_RESOURCE_DESC resource = {
    .resType = CU_RESOURCE_TYPE_PITCH2D,
    .res.pitch2D = { start, CU_AD_FORMAT_UNSIGNED_INT8, 1, width, height, pitch },
  };

  return cuTexObjectCreate (texture, &resource, &description, NULL);
}

static void
begin_textures (Fixture *fixture)
{
  begin ();
  CU (cuModuleLoadData (&fixture->module, ptx));
  CU (cuModuleGetFunction (&fixture->kernel, fixture->module, "bwdif_uchar"));
  fixture->frames = allocate (4 * HEIGHT * PITCH);
  for (unsigned int i = 0; i < 3; i++)
    {
      CUdeviceptr start = fixture->frames + i * HEIGHT * PITCH;

      CU (cuMemsetD2D8 (start, PITCH, (unsigned char) (40 * i), WIDTH, HEIGHT));
      CU (new_texture (start, PITCH, WIDTH, HEIGHT, &fixture->texture[i]));
    }
  CU (cuCtxSynchronize ());
}

static void
launch (Fixture *fixture, CUstream stream)
{
  CUdeviceptr to = fixture->frames + 3 * HEIGHT * PITCH;
  int width = WIDTH, height = HEIGHT, pitch = PITCH, parity = 0, top_first = 1, alone = 0,
      most = 255;
  void *params[] = { &to,
                     &fixture->texture[0],
                     &fixture->texture[1],
                     &fixture->texture[2],
                     &width,
                     &height,
                     &pitch,
                     &width,
                     &height,
                     &parity,
                     &top_first,
                     &alone,
                     &most };

  CU (cuLaunchKernel (fixture->kernel, 1, 1, 1, 32, 16, 1, 0, stream, params, NULL));
}

static void
free_textures (Fixture *fixture)
{
  for (int i = 0; i < 3; i++)
    CU (cuTexObjectDestroy (fixture->texture[i]));
}

static void
end_textures (Fixture *fixture)
{
  CU (cuMemFree (fixture->frames));
  CU (cuModuleUnload (fixture->module));
  end ();
}

/* The kernel reads what the textures named, also when they are gone; nothing beside the picture is
 * written. */
static void
test_read (void)
{
  Fixture fixture;
  CUstream stream;
  guint8 made[HEIGHT * PITCH];

  begin_textures (&fixture);
  CU (cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
  launch (&fixture, stream);
  free_textures (&fixture);
  CU (cuStreamSynchronize (stream));
  CU (cuMemcpyDtoH (made, fixture.frames + 3 * HEIGHT * PITCH, sizeof made));
  for (int y = 0; y < HEIGHT; y++)
    {
      /* The field of the top rows is there; between its own rows of 40 and the 20 of the fields
       * around it, the picture changes by 20 in time, which lets 40 through. */
      for (int x = 0; x < WIDTH; x++)
        g_assert_cmpint (made[y * PITCH + x], ==, 40);
      g_assert_cmphex (made[y * PITCH + WIDTH], ==, POISON_WORD & 0xff);
    }
  CU (cuStreamDestroy (stream));
  end_textures (&fixture);
}

static void
test_refusals (void)
{
  Fixture fixture;
  CUtexObject texture;

  begin_textures (&fixture);
  g_assert_cmpint (new_texture (fixture.frames + 256, PITCH, WIDTH, 2, &texture), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (new_texture (fixture.frames, 48, WIDTH, 2, &texture), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (new_texture (fixture.frames, 32, 33, 2, &texture), ==, CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (new_texture (fixture.frames, PITCH, WIDTH, 0, &texture), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuTexObjectDestroy ((CUtexObject) (gsize) fixture.module), ==,
                   CUDA_ERROR_INVALID_VALUE);
  free_textures (&fixture);
  end_textures (&fixture);
}

static void
test_ptx (void)
{
  CUmodule module;
  CUfunction function;
  g_autofree char *newer = g_strdup (ptx);

  begin ();
  CU (cuModuleLoadData (&module, ptx));
  CU (cuModuleGetFunction (&function, module, "bwdif_uchar"));
  CU (cuModuleGetFunction (&function, module, "bwdif_ushort2"));
  /* Not what is only part of a name, or not in there. */
  g_assert_cmpint (cuModuleGetFunction (&function, module, "bwdif_ushort"), ==,
                   CUDA_ERROR_NOT_FOUND);
  g_assert_cmpint (cuModuleGetFunction (&function, module, "probe_add"), ==, CUDA_ERROR_NOT_FOUND);
  CU (cuModuleUnload (module));
  memcpy (strstr (newer, "sm_75"), "sm_99", 5);
  g_assert_cmpint (cuModuleLoadData (&module, newer), ==, CUDA_ERROR_NO_BINARY_FOR_GPU);
  memcpy (strstr (newer, "sm_99"), "what?", 5);
  g_assert_cmpint (cuModuleLoadData (&module, newer), ==, CUDA_ERROR_INVALID_PTX);
  end ();
}

static void
use_destroyed (void)
{
  Fixture fixture;

  begin_textures (&fixture);
  free_textures (&fixture);
  launch (&fixture, NULL);
}

static void
leave_texture (void)
{
  Fixture fixture;

  begin_textures (&fixture);
  end_textures (&fixture);
}

static void
go_beyond (void)
{
  Fixture fixture;
  CUtexObject texture;

  begin_textures (&fixture);
  new_texture (fixture.frames, PITCH, WIDTH, 4 * HEIGHT + 1, &texture);
}

/* Wider texels than the texture's. */
static void
mistake_texels (void)
{
  Fixture fixture;

  begin_textures (&fixture);
  CU (cuModuleGetFunction (&fixture.kernel, fixture.module, "bwdif_ushort2"));
  launch (&fixture, NULL);
}

static void
free_too_soon (void)
{
  Fixture fixture;

  begin_textures (&fixture);
  launch (&fixture, NULL);
  CU (cuMemFree (fixture.frames));
}

static void
unload_too_soon (void)
{
  Fixture fixture;

  begin_textures (&fixture);
  launch (&fixture, NULL);
  CU (cuModuleUnload (fixture.module));
}

int
main (int argc, char *argv[])
{
  test_init (&argc, &argv);
  g_test_add_func ("/driver-textures/read", test_read);
  g_test_add_func ("/driver-textures/refusals", test_refusals);
  g_test_add_func ("/driver-textures/ptx", test_ptx);
  add_death ("/driver-textures/destroyed", use_destroyed,
             "bwdif_uchar: the texture * was destroyed before");
  add_death ("/driver-textures/left", leave_texture,
             "a context ends with 3 handles not destroyed; the first: a texture");
  add_death ("/driver-textures/beyond", go_beyond,
             "*49 rows of 512 bytes from byte 0 on are more than");
  add_death ("/driver-textures/texels", mistake_texels,
             "kernel bwdif_ushort2 reads texels of 4 bytes from a texture of 1");
  add_death ("/driver-textures/freed", free_too_soon,
             "cuMemFree of * while a bwdif_uchar that uses them");
  add_death ("/driver-textures/unloaded", unload_too_soon,
             "cuModuleUnload while a kernel of the module");
  return g_test_run ();
}

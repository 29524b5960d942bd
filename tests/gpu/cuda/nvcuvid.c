/* nvcuvid.c: a decoder of GPUs for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A libnvcuvid.so.1 of our own, beside the libcuda.so.1 of tests/driver/: the functions that FFmpeg's
 * NVDEC calls, with libavcodec doing the work for codecs whose pictures come whole (MJPEG, VP8 and
 * VP9 without hidden frames), and for MPEG-2 without field pictures. Surfaces are written in the order of the stream that FFmpeg names, there are no
 * more of them than were asked for, and one that is given back is overwritten.
 *
 * BLURBOX_NVDEC_FAIL=N lets the N-th picture fail.
 * BLURBOX_NVDEC_SURFACES=N refuses a decoder with more than N surfaces, which is 32 else, as with GPUs.
 * BLURBOX_NVDEC_ASKED=FILE gets the number of surfaces that each decoder was asked for, a line each.
 * BLURBOX_NVDEC_STRICT=1 overwrites at once, before kernels that still wait to read the surface.
 */

#include <cuda.h>

/* The toolkit's header has all that this one has. */
#define FFNV_DYNLINK_CUDA_H
#include <ffnvcodec/dynlink_cuviddec.h>

#include "mpeg2-headers.h"

#include <libavcodec/avcodec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SURFACES 64

typedef struct {
  CUVIDDECODECREATEINFO info;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *picture[MAX_SURFACES];
  CUdeviceptr surface[MAX_SURFACES];
  int mapped[MAX_SURFACES];
  size_t pitch;
  size_t size;
  CUstream stream;
  CUstream output;
  int deep;
} Decoder;

static int n_pictures;

CUresult CUDAAPI
cuvidGetDecoderCaps (CUVIDDECODECAPS *caps)
{
  caps->bIsSupported =
    caps->eChromaFormat == cudaVideoChromaFormat_420 && caps->nBitDepthMinus8 <= 2;
  caps->nNumNVDECs = 1;
  caps->nOutputFormatMask = 1 << cudaVideoSurfaceFormat_NV12 | 1 << cudaVideoSurfaceFormat_P016;
  caps->nMaxWidth = caps->nMaxHeight = 4096;
  caps->nMaxMBCount = 65536;
  caps->nMinWidth = caps->nMinHeight = 16;
  return CUDA_SUCCESS;
}

static enum AVCodecID
find_codec (cudaVideoCodec type)
{
  switch ((int) type)
    {
    case cudaVideoCodec_JPEG:
      return AV_CODEC_ID_MJPEG;
    case cudaVideoCodec_VP8:
      return AV_CODEC_ID_VP8;
    case cudaVideoCodec_VP9:
      return AV_CODEC_ID_VP9;
    case cudaVideoCodec_MPEG2:
      return AV_CODEC_ID_MPEG2VIDEO;
    default:
      return AV_CODEC_ID_NONE;
    }
}

CUresult CUDAAPI
cuvidDestroyDecoder (CUvideodecoder handle)
{
  Decoder *self = (Decoder *) handle;

  if (self->output != NULL)
    cuStreamSynchronize (self->output);
  for (int i = 0; i < MAX_SURFACES; i++)
    {
      av_frame_free (&self->picture[i]);
      if (self->surface[i] != 0)
        cuMemFree (self->surface[i]);
    }
  if (self->stream != NULL)
    cuStreamDestroy (self->stream);
  avcodec_free_context (&self->decoder);
  av_packet_free (&self->packet);
  free (self);
  return CUDA_SUCCESS;
}

static int
has_surfaces (const CUVIDDECODECREATEINFO *info)
{
  const char *most = getenv ("BLURBOX_NVDEC_SURFACES");
  const char *name = getenv ("BLURBOX_NVDEC_ASKED");
  FILE *file = name != NULL ? fopen (name, "a") : NULL;

  if (file != NULL)
    {
      fprintf (file, "%lu\n", (unsigned long) info->ulNumDecodeSurfaces);
      fclose (file);
    }
  return info->ulNumDecodeSurfaces <= (most != NULL ? strtoul (most, NULL, 10) : 32) &&
         info->ulNumOutputSurfaces <= MAX_SURFACES;
}

CUresult CUDAAPI
cuvidCreateDecoder (CUvideodecoder *handle, CUVIDDECODECREATEINFO *info)
{
  const AVCodec *codec = avcodec_find_decoder (find_codec (info->CodecType));
  Decoder *self;

  if (!has_surfaces (info))
    return CUDA_ERROR_INVALID_VALUE;
  if (codec == NULL)
    return CUDA_ERROR_NOT_SUPPORTED;
  self = calloc (1, sizeof *self);
  self->info = *info;
  self->deep = info->OutputFormat == cudaVideoSurfaceFormat_P016;
  self->decoder = avcodec_alloc_context3 (codec);
  self->decoder->thread_count = 1;
  self->packet = av_packet_alloc ();
  self->pitch = (info->ulTargetWidth * (self->deep ? 2 : 1) + 511) / 512 * 512;
  self->size = self->pitch * info->ulTargetHeight * 3 / 2;
  if (avcodec_open2 (self->decoder, codec, NULL) >= 0 &&
      cuStreamCreate (&self->stream, CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS)
    {
      *handle = self;
      return CUDA_SUCCESS;
    }
  cuvidDestroyDecoder (self);
  return CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult CUDAAPI
cuvidDecodePicture (CUvideodecoder handle, CUVIDPICPARAMS *params)
{
  Decoder *self = (Decoder *) handle;
  const char *fail = getenv ("BLURBOX_NVDEC_FAIL");
  AVFrame **picture = &self->picture[params->CurrPicIdx];
  unsigned char headers[MPEG2_HEADERS_SIZE];
  size_t n_headers = 0;

  if (params->CurrPicIdx < 0 || params->CurrPicIdx >= (int) self->info.ulNumDecodeSurfaces)
    return CUDA_ERROR_INVALID_VALUE;
  n_pictures = fail != NULL ? n_pictures + 1 : 0;
  if (fail != NULL && n_pictures == atoi (fail))
    return CUDA_ERROR_UNKNOWN;
  av_frame_free (picture);
  *picture = av_frame_alloc ();
  if (self->info.CodecType == cudaVideoCodec_MPEG2)
    n_headers = mpeg2_write_headers (params, (unsigned int) self->info.ulTargetWidth,
                                     (unsigned int) self->info.ulTargetHeight, headers);
  if (av_new_packet (self->packet, (int) (n_headers + params->nBitstreamDataLen)) < 0)
    return CUDA_ERROR_OUT_OF_MEMORY;
  memcpy (self->packet->data, headers, n_headers);
  memcpy (self->packet->data + n_headers, params->pBitstreamData, params->nBitstreamDataLen);
  if (avcodec_send_packet (self->decoder, self->packet) < 0 ||
      avcodec_receive_frame (self->decoder, *picture) < 0)
    av_frame_free (picture);
  av_packet_unref (self->packet);
  return *picture != NULL ? CUDA_SUCCESS : CUDA_ERROR_UNKNOWN;
}

/* A picture as GPUs lay it out. */
static void
lay_out (const Decoder *self, const AVFrame *picture, unsigned char *out)
{
  for (int p = 0; p < 3; p++)
    {
      int width = p == 0 ? picture->width : (picture->width + 1) / 2;
      int height = p == 0 ? picture->height : (picture->height + 1) / 2;
      size_t start = p == 0 ? 0 : self->pitch * self->info.ulTargetHeight;
      int step = p == 0 ? 1 : 2;

      for (int y = 0; y < height && y < (int) self->info.ulTargetHeight >> (p > 0); y++)
        for (int x = 0; x < width; x++)
          {
            const unsigned char *in = picture->data[p] + y * picture->linesize[p];
            unsigned char *row = out + start + (size_t) y * self->pitch;
            int to = x * step + (p == 2);

            if (self->deep)
              ((unsigned short *) (void *) row)[to] =
                (unsigned short) (((const unsigned short *) (const void *) in)[x] << 6);
            else
              row[to] = in[x];
          }
    }
}

/* Samples, or junk. */
static CUresult
write_surface (Decoder *self, CUdeviceptr address, const unsigned char *samples)
{
  int strict = getenv ("BLURBOX_NVDEC_STRICT") != NULL;
  CUstream stream = strict ? self->stream : self->output;

  CUresult result = samples != NULL ? cuMemcpyHtoDAsync (address, samples, self->size, stream)
                                    : cuMemsetD8Async (address, 0x5a, self->size, stream);

  if (strict)
    cuStreamSynchronize (stream);
  return result;
}

CUresult CUDAAPI
cuvidMapVideoFrame64 (CUvideodecoder handle, int index, unsigned long long *address,
                      unsigned int *pitch, CUVIDPROCPARAMS *params)
{
  Decoder *self = (Decoder *) handle;
  unsigned char *samples;
  unsigned long n = 0;
  CUresult result;

  while (n < self->info.ulNumOutputSurfaces && self->mapped[n])
    n++;
  if (index < 0 || index >= MAX_SURFACES || self->picture[index] == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (n == self->info.ulNumOutputSurfaces)
    return CUDA_ERROR_MAP_FAILED;
  if (self->surface[n] == 0 && cuMemAlloc (&self->surface[n], self->size) != CUDA_SUCCESS)
    return CUDA_ERROR_OUT_OF_MEMORY;
  samples = malloc (self->size);
  memset (samples, 0xc3, self->size);
  lay_out (self, self->picture[index], samples);
  self->output = params->output_stream;
  result = write_surface (self, self->surface[n], samples);
  free (samples);
  if (result != CUDA_SUCCESS)
    return result;
  self->mapped[n] = 1;
  *address = self->surface[n];
  *pitch = (unsigned int) self->pitch;
  return CUDA_SUCCESS;
}

CUresult CUDAAPI
cuvidUnmapVideoFrame64 (CUvideodecoder handle, unsigned long long address)
{
  Decoder *self = (Decoder *) handle;

  for (int n = 0; n < MAX_SURFACES; n++)
    if (self->mapped[n] && self->surface[n] == address)
      {
        write_surface (self, address, NULL);
        self->mapped[n] = 0;
        return CUDA_SUCCESS;
      }
  return CUDA_ERROR_INVALID_VALUE;
}

/* FFmpeg looks for these too, and calls none of them. */
#define UNUSED(name)                                                                               \
  CUresult name (void);                                                                            \
  CUresult name (void) { return CUDA_ERROR_NOT_SUPPORTED; }

#undef cuvidMapVideoFrame
#undef cuvidUnmapVideoFrame
UNUSED (cuvidGetDecodeStatus)
UNUSED (cuvidReconfigureDecoder)
UNUSED (cuvidMapVideoFrame)
UNUSED (cuvidUnmapVideoFrame)
UNUSED (cuvidCtxLockCreate)
UNUSED (cuvidCtxLockDestroy)
UNUSED (cuvidCtxLock)
UNUSED (cuvidCtxUnlock)
UNUSED (cuvidCreateVideoSource)
UNUSED (cuvidCreateVideoSourceW)
UNUSED (cuvidDestroyVideoSource)
UNUSED (cuvidSetVideoSourceState)
UNUSED (cuvidGetVideoSourceState)
UNUSED (cuvidGetSourceVideoFormat)
UNUSED (cuvidGetSourceAudioFormat)
UNUSED (cuvidCreateVideoParser)
UNUSED (cuvidParseVideoData)
UNUSED (cuvidDestroyVideoParser)

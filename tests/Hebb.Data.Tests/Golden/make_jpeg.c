/* Writes small JPEG files with libjpeg, in the sampling, colour models and orders that files have: cc make_jpeg.c -ljpeg; ./a.out FOLDER */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

static unsigned char pixels[200 * 200 * 4];

static void picture(int width, int height, int channels)
{
    unsigned seed = 7;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++) {
                seed = seed * 1664525u + 1013904223u;
                int v = c == 0 ? x * 255 / width : c == 1 ? y * 255 / height : ((x / 5 + y / 3) & 1) * 200 + c * 10;
                v += (int)(seed >> 26) - 32;
                pixels[(y * width + x) * channels + c] = v < 0 ? 0 : v > 255 ? 255 : v;
            }
}

struct options { J_COLOR_SPACE from, to; int h, v, quality, restart, progressive, separate, jfif, adobe, wide; };

static void save(const char *folder, const char *name, int width, int height, struct options o)
{
    int channels = o.from == JCS_GRAYSCALE ? 1 : o.from == JCS_CMYK ? 4 : 3;
    picture(width, height, channels);
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr e;
    c.err = jpeg_std_error(&e);
    jpeg_create_compress(&c);
    char path[500];
    snprintf(path, sizeof path, "%s/%s.jpg", folder, name);
    FILE *f = fopen(path, "wb");
    jpeg_stdio_dest(&c, f);
    c.image_width = width, c.image_height = height, c.input_components = channels, c.in_color_space = o.from;
    jpeg_set_defaults(&c);
    jpeg_set_colorspace(&c, o.to);
    jpeg_set_quality(&c, o.quality ? o.quality : 85, !o.wide);
    if (o.h) c.comp_info[0].h_samp_factor = o.h, c.comp_info[0].v_samp_factor = o.v;
    if (o.to == JCS_YCCK && o.h) c.comp_info[3].h_samp_factor = o.h, c.comp_info[3].v_samp_factor = o.v;
    c.restart_interval = o.restart;
    if (o.jfif == -1) c.write_JFIF_header = FALSE;
    if (o.adobe == -1) c.write_Adobe_marker = FALSE;
    jpeg_scan_info scans[4];
    if (o.separate) {
        for (int i = 0; i < c.num_components; i++) {
            memset(&scans[i], 0, sizeof scans[i]);
            scans[i].comps_in_scan = 1, scans[i].component_index[0] = i, scans[i].Se = 63;
        }
        c.scan_info = scans, c.num_scans = c.num_components;
    }
    if (o.progressive) jpeg_simple_progression(&c), c.optimize_coding = TRUE;
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = pixels + c.next_scanline * width * channels;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    fclose(f);
}

int main(int n, char **a)
{
    const char *d = a[1];
    struct options rgb = { JCS_RGB, JCS_YCbCr, 1, 1 }, o;
#define CASE(name, w, h, ...) do { o = rgb; __VA_ARGS__; save(d, name, w, h, o); } while (0)
    CASE("444", 37, 21, (void)0);
    CASE("422", 37, 21, o.h = 2);
    CASE("420", 37, 21, o.h = o.v = 2);
    CASE("440", 37, 21, o.v = 2);
    CASE("411", 37, 21, o.h = 4);
    CASE("410", 37, 21, o.h = 4, o.v = 2);
    CASE("420-wide", 83, 35, o.h = o.v = 2);
    CASE("420-16", 32, 16, o.h = o.v = 2);
    CASE("420-narrow", 3, 9, o.h = o.v = 2);
    CASE("422-narrow", 4, 5, o.h = 2);
    CASE("440-narrow", 1, 7, o.v = 2);
    CASE("420-pixel", 1, 1, o.h = o.v = 2);
    CASE("gray", 29, 18, o.from = o.to = JCS_GRAYSCALE);
    CASE("gray-sampled", 29, 18, o.from = o.to = JCS_GRAYSCALE, o.h = o.v = 2);
    CASE("gray-progressive", 29, 18, o.from = o.to = JCS_GRAYSCALE, o.progressive = 1);
    CASE("rgb", 21, 13, o.to = JCS_RGB);
    CASE("rgb-ids", 21, 13, o.to = JCS_RGB, o.adobe = -1);
    CASE("no-jfif", 21, 13, o.jfif = -1);
    CASE("restart", 53, 30, o.h = o.v = 2, o.restart = 3);
    CASE("restart-progressive", 53, 30, o.h = 2, o.restart = 5, o.progressive = 1);
    CASE("progressive", 53, 30, o.h = o.v = 2, o.progressive = 1);
    CASE("progressive-444", 40, 24, o.progressive = 1, o.quality = 95);
    CASE("separate", 41, 27, o.h = o.v = 2, o.separate = 1);
    CASE("quality-100", 24, 24, o.quality = 100);
    CASE("quality-3", 60, 40, o.h = o.v = 2, o.quality = 3);
    CASE("wide-tables", 30, 20, o.quality = 1, o.wide = 1);
    CASE("cmyk", 25, 15, o.from = o.to = JCS_CMYK);
    CASE("cmyk-plain", 25, 15, o.from = o.to = JCS_CMYK, o.adobe = -1);
    CASE("ycck", 25, 15, o.from = JCS_CMYK, o.to = JCS_YCCK, o.h = o.v = 2);
    return 0;
}

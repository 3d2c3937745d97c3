/* Shared by the bench's C programs: key=value arguments, clocks, namespaces. Needs Linux, gcc and libc only. */
#ifndef COMMON_H
#define COMMON_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS 8192

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int error = errno;
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    if (error) fprintf(stderr, ": %s", strerror(error));
    fputc('\n', stderr);
    exit(1);
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static inline void sleep_ms(int ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* Returns the value of key=value in the arguments, or the default. With NULL as the default the argument is required. */
static inline const char *argument(int count, char **arguments, const char *key, const char *otherwise) {
    size_t length = strlen(key);
    for (int i = 1; i < count; i++)
        if (!strncmp(arguments[i], key, length) && arguments[i][length] == '=') return arguments[i] + length + 1;
    errno = 0;
    if (!otherwise) die("%s= is missing", key);
    return otherwise;
}

static inline double number(int count, char **arguments, const char *key, const char *otherwise) {
    return atof(argument(count, arguments, key, otherwise));
}

/* Moves the calling thread into a named namespace (ip netns). */
static inline void enter(const char *namespace) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET)) die("namespace %s", namespace);
    close(fd);
}

/* Pins the calling thread to one CPU; -1 leaves the choice to the scheduler. */
static inline void pin(int cpu) {
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) die("CPU %d", cpu);
}

/* A port of the network under test: an interface in a namespace. */
struct port {
    char namespace[64], device[IFNAMSIZ];
    int fd, index;
};

/* Parses "NAMESPACE/DEVICE,NAMESPACE/DEVICE,..." and returns the number of ports. The device "d#3-900" means d3, d4, ... d900. */
static inline int parse_ports(const char *list, struct port *ports) {
    char *copy = strdup(list), *rest = copy, *word;
    int count = 0;
    while ((word = strsep(&rest, ","))) {
        char *slash = strchr(word, '/'), *range = strchr(word, '#');
        errno = 0;
        if (!slash) die("%s is not NAMESPACE/DEVICE", word);
        *slash = 0;
        int from = 0, to = 0;
        if (range) {
            *range = 0;
            if (sscanf(range + 1, "%d-%d", &from, &to) != 2) die("%s is not a range", range + 1);
        }
        for (int i = from; i <= to; i++) {
            if (count == MAX_PORTS) die("more than %d ports", MAX_PORTS);
            struct port *port = &ports[count++];
            snprintf(port->namespace, sizeof port->namespace, "%s", word);
            if (range) snprintf(port->device, sizeof port->device, "%.9s%d", slash + 1, i);
            else snprintf(port->device, sizeof port->device, "%s", slash + 1);
        }
    }
    free(copy);
    return count;
}

/* Latencies in nanoseconds. All samples are kept, so percentiles are exact. */
struct samples {
    uint32_t *values;
    size_t count, capacity;
};

static inline void add_sample(struct samples *samples, int64_t ns) {
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity ? samples->capacity * 2 : 65536;
        samples->values = realloc(samples->values, samples->capacity * sizeof *samples->values);
        if (!samples->values) die("%zu samples", samples->capacity);
    }
    samples->values[samples->count++] = ns < 0 ? 0 : ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static inline int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The nearest-rank percentile: the smallest sample such that at least this share of all samples is less than or equal to it. */
static inline double percentile_us(const struct samples *samples, double share) {
    if (!samples->count) return 0;
    size_t rank = (size_t)(share * samples->count + 0.999999);
    if (rank) rank--;
    if (rank >= samples->count) rank = samples->count - 1;
    return samples->values[rank] / 1e3;
}

/* Prints "samples":N,"p50":us,... as members of a JSON object. */
static inline void print_latencies(struct samples *samples) {
    qsort(samples->values, samples->count, sizeof *samples->values, by_value);
    double sum = 0;
    size_t over = 0;
    for (size_t i = 0; i < samples->count; i++) {
        sum += samples->values[i];
        over += samples->values[i] > 1000000;
    }
    printf("\"samples\":%zu,\"mean\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"over1ms\":%zu",
           samples->count, samples->count ? sum / samples->count / 1e3 : 0, percentile_us(samples, 0.5),
           percentile_us(samples, 0.99), percentile_us(samples, 0.999), percentile_us(samples, 1), over);
}
#endif

/*
 * The load generator. Sends frames with sendmmsg on AF_PACKET sockets with PACKET_QDISC_BYPASS, and counts received frames with the counters
 * of the receiving interfaces.
 *
 *   frames ports=NS/DEV,... [senders=1] [pattern=unicast|mesh|broadcast|sources|destinations] [size=64] [rate=0] [seconds=1]
 *          [first=1] [warmup=0] [count=0] [addresses=1] [base=0] [bin=0] [probe=0] [cpu=-1] [settle=30]
 *
 * Port i has the address 02:00:00:00 and `first` + i. rate=0 means as fast as possible; count=N sends N frames instead of sending for `seconds`.
 * unicast: port 0 to port 1. mesh: each sender to all other ports in turn. broadcast: port 0 to all. sources: port 1 sends to port 0 from
 * `addresses` addresses 06:00 and `base` + n, which a switch learns. destinations: port 0 sends to these addresses.
 * probe=US also sends a frame with a time stamp from port 0 to port 1 every US microseconds, and measures its one-way latency to the
 * receiving interface. size is the frame's length including the FCS, as in RFC 2544.
 * A sender that was stalled does not catch up in a burst: the result reports `offered`, not rate x seconds.
 */
#include "common.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <stdatomic.h>

#define BATCH 32
#define FCS 4
#define LARGEST 9018
#define TEST_TYPE 0x88B5  /* IEEE 802 local experimental EtherType 1; no network stack handles it, so receiving costs the same for all systems */
#define PROBE_TYPE 0x88B6 /* IEEE 802 local experimental EtherType 2 */
#define PROBE_LENGTH 60

static struct port ports[MAX_PORTS];
static int port_count;
static uint8_t frames[BATCH][LARGEST];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];
static atomic_int is_over, is_sending;
static atomic_long offered, refused;
static struct samples latencies;
static long probes_sent;
static struct {
    const char *pattern;
    int senders, size, cpu;
    long count, addresses, base, first, probe_us;
    double rate, seconds;
} wanted;

/* ---- counting at the receiver: /proc/net/dev of each namespace, opened once ---- */

static struct { char name[64]; int fd; } counted[64];
static int counted_namespaces;

static void open_counters(void) {
    for (int i = 0; i < port_count; i++) {
        int known = 0;
        while (known < counted_namespaces && strcmp(counted[known].name, ports[i].namespace)) known++;
        if (known < counted_namespaces) continue;
        if (known == 64) die("more than 64 namespaces");
        enter(ports[i].namespace);
        strcpy(counted[known].name, ports[i].namespace);
        if ((counted[known].fd = open("/proc/thread-self/net/dev", O_RDONLY)) < 0) die("/proc/net/dev");
        counted_namespaces++;
    }
}

/* Reads the number of frames that each port has received, and returns the sum. */
static long read_counters(long *received) {
    static char text[4 << 20];
    long sum = 0;
    for (int n = 0; n < counted_namespaces; n++) {
        size_t length = 0;
        ssize_t got;
        lseek(counted[n].fd, 0, SEEK_SET);
        while ((got = read(counted[n].fd, text + length, sizeof text - 1 - length)) > 0) length += got;
        text[length] = 0;
        int from = 0;
        for (char *line = text; line; line = strchr(line, '\n')) {
            if (*line == '\n') line++;
            char device[64];
            long bytes, packets;
            if (sscanf(line, " %63[^: ]: %ld %ld", device, &bytes, &packets) != 3) continue;
            /* Interfaces are listed roughly in the order of their creation, like the ports: continue the search after the last match. */
            for (int k = 0; k < port_count; k++) {
                int i = (from + k) % port_count;
                if (strcmp(ports[i].device, device) || strcmp(ports[i].namespace, counted[n].name)) continue;
                received[i] = packets;
                sum += packets;
                from = i + 1;
                break;
            }
        }
    }
    return sum;
}

/* ---- frames ---- */

static void put_mac(uint8_t *at, int first, long address) {
    at[0] = first;
    at[1] = 0;
    for (int i = 0; i < 4; i++) at[2 + i] = address >> (24 - 8 * i);
}

static void put_header(uint8_t *frame, int type) {
    frame[12] = type >> 8;
    frame[13] = type & 0xff;
}

/* Sets the addresses of frame n of the pattern, and returns the port that sends it. */
static int address(uint8_t *frame, long n, int sender) {
    switch (wanted.pattern[0]) {
    case 'm': {
        int to = (sender + 1 + n % (port_count - 1)) % port_count;
        put_mac(frame, 2, wanted.first + to);
        put_mac(frame + 6, 2, wanted.first + sender);
        return sender;
    }
    case 'b':
        memset(frame, 0xff, 6);
        put_mac(frame + 6, 2, wanted.first + sender);
        return sender;
    case 's':
        put_mac(frame, 2, wanted.first);
        put_mac(frame + 6, 6, wanted.base + n % wanted.addresses);
        return 1;
    case 'd':
        put_mac(frame, 6, wanted.base + n % wanted.addresses);
        put_mac(frame + 6, 2, wanted.first);
        return 0;
    default: /* unicast: pairs of ports, 0 to 1, 2 to 3, ... */
        put_mac(frame, 2, wanted.first + (sender ^ 1));
        put_mac(frame + 6, 2, wanted.first + sender);
        return sender;
    }
}

static void open_port(struct port *port) {
    enter(port->namespace);
    port->index = if_nametoindex(port->device);
    port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    int yes = 1, buffer = 8 << 20;
    struct sockaddr_ll local = {.sll_family = AF_PACKET, .sll_ifindex = port->index};
    if (!port->index || port->fd < 0 || bind(port->fd, (void *)&local, sizeof local)) die("%s/%s", port->namespace, port->device);
    if (setsockopt(port->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes)) die("PACKET_QDISC_BYPASS");
    setsockopt(port->fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
}

/* Sends one frame from every destination port, so that the switch learns its address: learning frames of RFC 2544 23. */
static void announce(int announced) {
    uint8_t frame[PROBE_LENGTH] = {0};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < announced; i++) {
            put_mac(frame, 2, wanted.first + !i);
            put_mac(frame + 6, 2, wanted.first + i);
            put_header(frame, TEST_TYPE);
            if (send(ports[i].fd, frame, sizeof frame, 0) < 0 && errno != ENOBUFS) die("send on %s", ports[i].device);
        }
    sleep_ms(10);
}

/* ---- sending ---- */

static void send_batch(int fd, int count) {
    int done = 0;
    while (done < count) {
        int sent = sendmmsg(fd, messages + done, count - done, 0);
        if (sent > 0) done += sent;
        else if (errno == ENOBUFS || errno == EAGAIN) {
            atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
            done++;
        } else if (errno != EINTR) die("sendmmsg");
    }
    atomic_fetch_add_explicit(&offered, count, memory_order_relaxed);
}

static void probe(uint8_t *frame) {
    int64_t now = clock_ns(CLOCK_REALTIME);
    memcpy(frame + 16, &now, sizeof now);
    if (send(ports[0].fd, frame, PROBE_LENGTH, 0) > 0) probes_sent++;
}

static void *send_all(void *unused) {
    (void)unused;
    pin(wanted.cpu);
    int fresh = wanted.pattern[0] == 'm' || wanted.pattern[0] == 's' || wanted.pattern[0] == 'd';
    uint8_t probe_frame[PROBE_LENGTH] = {0};
    put_mac(probe_frame, 2, wanted.first + 1);
    put_mac(probe_frame + 6, 2, wanted.first);
    put_header(probe_frame, PROBE_TYPE);
    for (int i = 0; i < BATCH; i++) {
        put_header(frames[i], TEST_TYPE);
        vectors[i] = (struct iovec){frames[i], wanted.size - FCS};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
        address(frames[i], 0, 0);
    }
    int64_t start = now_ns(), end = wanted.count ? INT64_MAX : start + (int64_t)(wanted.seconds * 1e9), next_probe = start;
    long sent = 0;
    double due = 0;
    atomic_store(&is_sending, 1);
    for (int64_t last = start, now; (now = now_ns()) < end && !atomic_load_explicit(&is_over, memory_order_relaxed);) {
        if (wanted.probe_us && now >= next_probe) {
            probe(probe_frame);
            next_probe = now + wanted.probe_us * 1000;
        }
        int batch = BATCH;
        if (wanted.rate > 0) {
            due += (now - last) * wanted.rate / 1e9;
            last = now;
            if (due > 2 * BATCH) due = 2 * BATCH; /* after a stall, do not catch up */
            batch = due < BATCH ? (int)due : BATCH;
            if (!batch) continue;
            due -= batch;
        } else if (wanted.rate < 0) { /* probes only */
            continue;
        }
        if (wanted.count && sent + batch > wanted.count) batch = wanted.count - sent;
        int sender = sent / BATCH % wanted.senders;
        int from = sender;
        if (fresh) for (int i = 0; i < batch; i++) from = address(frames[i], sent + i, sender);
        else if (wanted.senders > 1) for (int i = 0; i < batch; i++) from = address(frames[i], 0, wanted.pattern[0] == 'u' ? sender * 2 : sender);
        send_batch(ports[from].fd, batch);
        sent += batch;
        if (wanted.count && sent >= wanted.count) break;
    }
    atomic_store(&is_over, 1);
    return NULL;
}

/* ---- receiving probes: with the kernel's time stamps, so that the latency does not include the receiver's wake-up ---- */

static int open_probes(void) {
    enter(ports[1].namespace);
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), yes = 1, buffer = 4 << 20;
    struct sock_filter code[] = {
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12}, {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PROBE_TYPE}, {BPF_RET | BPF_K, 0, 0, 256}, {BPF_RET | BPF_K, 0, 0, 0}};
    struct sock_fprog program = {4, code};
    struct sockaddr_ll local = {.sll_family = AF_PACKET, .sll_protocol = htons(PROBE_TYPE), .sll_ifindex = if_nametoindex(ports[1].device)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program)) die("filter");
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes)) die("SO_TIMESTAMPNS");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    if (bind(fd, (void *)&local, sizeof local)) die("%s/%s", ports[1].namespace, ports[1].device);
    return fd;
}

static void *receive_probes(void *argument) {
    int fd = *(int *)argument;
    uint8_t frame[256], control[256];
    int idle = 0;
    while (idle < 2) {
        struct pollfd polled = {fd, POLLIN, 0};
        if (poll(&polled, 1, 50) <= 0) {
            idle += atomic_load(&is_over);
            continue;
        }
        struct iovec vector = {frame, sizeof frame};
        struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        if (recvmsg(fd, &message, 0) < 24) continue;
        int64_t sent;
        memcpy(&sent, frame + 16, sizeof sent);
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
                struct timespec *at = (void *)CMSG_DATA(c);
                add_sample(&latencies, at->tv_sec * 1000000000LL + at->tv_nsec - sent);
            }
    }
    return NULL;
}

/* ---- main ---- */

static long before[MAX_PORTS], at_start[MAX_PORTS], at_end[MAX_PORTS], after[MAX_PORTS];

int main(int count, char **arguments) {
    wanted.pattern = argument(count, arguments, "pattern", "unicast");
    wanted.senders = number(count, arguments, "senders", "1");
    wanted.size = number(count, arguments, "size", "64");
    wanted.rate = number(count, arguments, "rate", "0");
    wanted.seconds = number(count, arguments, "seconds", "1");
    wanted.count = number(count, arguments, "count", "0");
    wanted.addresses = number(count, arguments, "addresses", "1");
    wanted.base = number(count, arguments, "base", "0");
    wanted.first = number(count, arguments, "first", "1");
    wanted.probe_us = number(count, arguments, "probe", "0");
    wanted.cpu = number(count, arguments, "cpu", "-1");
    double warmup = number(count, arguments, "warmup", "0");
    int bin_ms = number(count, arguments, "bin", "0"), settle_ms = number(count, arguments, "settle", "30");
    port_count = parse_ports(argument(count, arguments, "ports", NULL), ports);
    errno = 0;
    if (port_count < 2 || wanted.size < 64 || wanted.size > LARGEST) die("needs two ports and a size of 64 to %d", LARGEST);
    int opened = wanted.pattern[0] == 'm' ? port_count : wanted.senders * 2;
    if (opened > port_count) opened = port_count;
    for (int i = 0; i < opened; i++) open_port(&ports[i]);
    open_counters();
    int probes = wanted.probe_us ? open_probes() : -1;
    announce(opened);
    wanted.seconds += warmup;

    pthread_t sender, receiver;
    long base = read_counters(before);
    if (probes >= 0) pthread_create(&receiver, NULL, receive_probes, &probes);
    pthread_create(&sender, NULL, send_all, NULL);
    while (!atomic_load(&is_sending)) sched_yield();
    int64_t began = now_ns();
    if (warmup > 0) sleep_ms(warmup * 1000);
    long sum_at_start = read_counters(at_start);
    int64_t start = now_ns();
    printf("{\"bins\":[");
    long last = sum_at_start;
    for (int bins = 0; bin_ms && !atomic_load(&is_over); bins++) {
        int64_t until = start + (bins + 1LL) * bin_ms * 1000000 - now_ns();
        if (until > 0) nanosleep(&(struct timespec){until / 1000000000, until % 1000000000}, NULL);
        long now = read_counters(at_end);
        printf("%s%ld", bins ? "," : "", now - last);
        last = now;
    }
    if (!wanted.count && !bin_ms) {
        int64_t left = began + (int64_t)(wanted.seconds * 1e9) - now_ns() - 2000000;
        if (left > 0) nanosleep(&(struct timespec){left / 1000000000, left % 1000000000}, NULL);
    }
    while (wanted.count && !atomic_load(&is_over)) sleep_ms(1);
    long sum_at_end = read_counters(at_end);
    int64_t end = now_ns();
    pthread_join(sender, NULL);
    double sent_for = (now_ns() - began) / 1e9;
    if (probes >= 0) pthread_join(receiver, NULL);
    /* Wait for frames in flight, until none has arrived for `settle`. */
    long sum = read_counters(after), seen;
    do {
        seen = sum;
        sleep_ms(settle_ms);
        sum = read_counters(after);
    } while (sum != seen);
    printf("],\"offered\":%ld,\"refused\":%ld,\"sentFor\":%.6f,\"seconds\":%.6f,\"inWindow\":%ld,\"received\":%ld,\"probes\":%ld,",
           (long)offered, (long)refused, sent_for, (end - start) / 1e9, sum_at_end - sum_at_start, sum - base - (long)latencies.count, probes_sent);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("\"user\":%.6f,\"system\":%.6f,", used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6, used.ru_stime.tv_sec + used.ru_stime.tv_usec / 1e6);
    printf("\"ports\":[");
    for (int i = 0; i < port_count && i < 64; i++) printf("%s%ld", i ? "," : "", after[i] - before[i]);
    printf("],");
    print_latencies(&latencies);
    printf("}\n");
    return 0;
}

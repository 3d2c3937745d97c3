/*
 * The floor: a loop that reads from TAPs and writes to TAPs without a switch, which shows what the machine can do. With two ports, each frame
 * goes to the other port. With more, it goes to port i of destination address 02:00:00:00 and i + 1; group addresses go to all other ports.
 *
 *   floor io=epoll|io_uring ports=NS/DEV,...
 *
 * Creates the TAPs with the same flags and offloads as the switch, prints "ready", and runs until it is killed.
 */
#include "common.h"
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define HEADER 10 /* struct virtio_net_hdr */
#define LENGTH 66048
#define BUDGET 64
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static struct port ports[MAX_PORTS];
static int port_count;

static void open_tap(struct port *port, int flags) {
    enter(port->namespace);
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    memcpy(request.ifr_name, port->device, IFNAMSIZ);
    int header = HEADER, offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
    port->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | flags);
    if (port->fd < 0 || ioctl(port->fd, TUNSETIFF, &request) || ioctl(port->fd, TUNSETVNETHDRSZ, &header)) die("TAP %s", port->device);
    if (ioctl(port->fd, TUNSETOFFLOAD, offload | TUN_F_USO4 | TUN_F_USO6) && ioctl(port->fd, TUNSETOFFLOAD, offload)) die("TUNSETOFFLOAD");
}

/* Returns the egress port, or -1 for all ports except the ingress port. */
static inline int out_of(int in, const uint8_t *frame) {
    if (frame[0] & 1) return port_count == 2 ? !in : -1;
    if (port_count == 2) return !in;
    int to = (frame[4] << 8 | frame[5]) - 1;
    return to >= 0 && to < port_count ? to : in;
}

/* ---- epoll: read a frame, write it ---- */

static void run_epoll(void) {
    static uint8_t frame[LENGTH];
    struct epoll_event events[64];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < port_count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, ports[i].fd, &event)) die("epoll_ctl");
    }
    for (;;) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int e = 0; e < ready; e++) {
            int in = events[e].data.u32;
            for (int n = 0; n < BUDGET; n++) {
                ssize_t length = read(ports[in].fd, frame, LENGTH);
                if (length <= 0) break;
                int out = out_of(in, frame + HEADER);
                if (out >= 0) {
                    if (write(ports[out].fd, frame, length) < 0) continue;
                } else
                    for (int i = 0; i < port_count; i++)
                        if (i != in && write(ports[i].fd, frame, length) < 0) continue;
            }
        }
    }
}

/* ---- io_uring: bursts of non-blocking reads, executed in order at submission, together with the writes of the previous burst ---- */

static struct {
    int fd;
    unsigned *sq_head, *sq_tail, *cq_head, *cq_tail, sq_mask, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    unsigned pending;
} ring;

enum { POLLED = 1, READ, WRITTEN };

static void open_ring(void) {
    struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE, .cq_entries = 16384};
    ring.fd = syscall(__NR_io_uring_setup, 4096, &p);
    if (ring.fd < 0) {
        p = (struct io_uring_params){.flags = IORING_SETUP_CQSIZE, .cq_entries = 16384};
        ring.fd = syscall(__NR_io_uring_setup, 4096, &p);
    }
    if (ring.fd < 0) die("io_uring_setup");
    size_t size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), sq_size = p.sq_off.array + p.sq_entries * 4;
    if (sq_size > size) size = sq_size;
    uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQ_RING);
    ring.sqes = mmap(NULL, p.sq_entries * sizeof *ring.sqes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQES);
    if (memory == MAP_FAILED || ring.sqes == MAP_FAILED) die("mmap");
    ring.sq_head = (void *)(memory + p.sq_off.head);
    ring.sq_tail = (void *)(memory + p.sq_off.tail);
    ring.sq_mask = p.sq_entries - 1;
    ring.cq_head = (void *)(memory + p.cq_off.head);
    ring.cq_tail = (void *)(memory + p.cq_off.tail);
    ring.cq_mask = p.cq_entries - 1;
    ring.cqes = (void *)(memory + p.cq_off.cqes);
    unsigned *array = (void *)(memory + p.sq_off.array);
    for (unsigned i = 0; i < p.sq_entries; i++) array[i] = i;
    int fds[MAX_PORTS];
    for (int i = 0; i < port_count; i++) fds[i] = ports[i].fd;
    if (syscall(__NR_io_uring_register, ring.fd, IORING_REGISTER_FILES, fds, port_count)) die("IORING_REGISTER_FILES");
}

static void submit(int wait) {
    int done = syscall(__NR_io_uring_enter, ring.fd, ring.pending, wait, IORING_ENTER_GETEVENTS, NULL, 0);
    if (done >= 0) ring.pending -= done;
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY) die("io_uring_enter");
}

static void queue(int opcode, int kind, int port, int slot, void *memory, unsigned length, int flags) {
    while (ring.pending > ring.sq_mask) submit(0);
    struct io_uring_sqe *sqe = &ring.sqes[*ring.sq_tail & ring.sq_mask];
    *sqe = (struct io_uring_sqe){.opcode = opcode, .flags = IOSQE_FIXED_FILE, .fd = port, .addr = (uintptr_t)memory, .len = length, .rw_flags = flags,
                                 .user_data = (uint64_t)kind << 56 | (uint64_t)port << 32 | (uint32_t)slot};
    __atomic_store_n(ring.sq_tail, *ring.sq_tail + 1, __ATOMIC_RELEASE);
    ring.pending++;
}

#define DEPTH 64
static struct { int burst, outstanding, brought, half; } state[MAX_PORTS];
static uint8_t *halves[MAX_PORTS];

static uint8_t *slot_at(int port, int slot) { return halves[port] + (size_t)slot * LENGTH; }

static void burst(int port) {
    if (!halves[port]) {
        halves[port] = mmap(NULL, 2UL * DEPTH * LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (halves[port] == MAP_FAILED) die("mmap");
    }
    state[port].half ^= 1;
    state[port].outstanding = state[port].burst;
    state[port].brought = 0;
    for (int i = 0; i < state[port].burst; i++) {
        int slot = state[port].half * DEPTH + i;
        queue(IORING_OP_READ, READ, port, slot, slot_at(port, slot), LENGTH, RWF_NOWAIT);
    }
}

static void was_read(int port, int slot, int result) {
    uint8_t *frame = slot_at(port, slot);
    if (result > HEADER) {
        state[port].brought++;
        int out = out_of(port, frame + HEADER);
        if (out >= 0) queue(IORING_OP_WRITE, WRITTEN, out, slot, frame, result, 0);
        else
            for (int i = 0; i < port_count; i++)
                if (i != port) queue(IORING_OP_WRITE, WRITTEN, i, slot, frame, result, 0);
    }
    if (--state[port].outstanding) return;
    if (state[port].brought == state[port].burst) {
        if (state[port].burst < DEPTH) state[port].burst *= 2;
        burst(port);
    } else {
        while (state[port].burst > 4 && state[port].burst > state[port].brought) state[port].burst /= 2;
        queue(IORING_OP_POLL_ADD, POLLED, port, 0, NULL, 0, POLLIN);
    }
}

static void run_uring(void) {
    open_ring();
    for (int i = 0; i < port_count; i++) {
        state[i].burst = 4;
        queue(IORING_OP_POLL_ADD, POLLED, i, 0, NULL, 0, POLLIN);
    }
    for (;;) {
        submit(1);
        unsigned head = *ring.cq_head;
        while (head != __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE)) {
            struct io_uring_cqe cqe = ring.cqes[head & ring.cq_mask];
            __atomic_store_n(ring.cq_head, ++head, __ATOMIC_RELEASE);
            int port = cqe.user_data >> 32 & 0xffffff, kind = cqe.user_data >> 56;
            if (kind == POLLED) burst(port);
            else if (kind == READ) was_read(port, (uint32_t)cqe.user_data, cqe.res);
            head = *ring.cq_head;
        }
    }
}

int main(int count, char **arguments) {
    int uring = !strcmp(argument(count, arguments, "io", NULL), "io_uring");
    port_count = parse_ports(argument(count, arguments, "ports", NULL), ports);
    struct rlimit files = {MAX_PORTS + 100, MAX_PORTS + 100};
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < port_count; i++) open_tap(&ports[i], uring ? 0 : O_NONBLOCK);
    printf("ready\n");
    fflush(stdout);
    if (uring) run_uring();
    else run_epoll();
    return 0;
}

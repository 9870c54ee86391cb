/*
 * Tries, one after the other, what a daemon of wanctl's has no business doing, and what it cannot do without, and says
 * for each whether the system let it: "WHAT<tab>done" or "WHAT<tab>refused: EWHY". It judges nothing; `inside` does,
 * which runs it in the place of the daemons, below their units, and once more as root outside of them.
 *
 * Static, so that it runs in any root: cc -static -o probe probe.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *what, int done) {
    if (done)
        printf("%s\tdone\n", what);
    else
        printf("%s\trefused: %s\n", what, strerrorname_np(errno));
    fflush(stdout);
}

static int is_root(void) { return geteuid() == 0; }

static int writes(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        return 0;
    int done = write(file, "x", 1) == 1;
    close(file);
    unlink(path);
    return done;
}

/* Opened and left as it is. */
static int could_write(const char *path) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    close(file);
    return 1;
}

static int reads(const char *path) {
    char byte;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    int done = read(file, &byte, 1) >= 0;
    close(file);
    return done;
}

/* What a child comes to: 0 is success, anything else an errno. */
static int in_child(int (*body)(void)) {
    pid_t child = fork();
    if (child == 0)
        _exit(body() ? 0 : errno ? errno : EINVAL);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 0;
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int with_socket(int domain, int type, int protocol) {
    int s = socket(domain, type, protocol);
    if (s < 0)
        return 0;
    close(s);
    return 1;
}

static int binds(uint16_t port) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int done = s >= 0 && bind(s, (struct sockaddr *)&here, sizeof here) == 0;
    int why = errno;
    close(s);
    errno = why;
    return done;
}

static int connects(uint16_t port) {
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port)};
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int done = s >= 0 && connect(s, (struct sockaddr *)&there, sizeof there) == 0;
    int why = errno;
    close(s);
    errno = why;
    return done;
}

/* An echo through a raw socket, as the daemon sends them, and its answer. */
static int pings(void) {
    struct icmphdr echo = {.type = ICMP_ECHO};
    struct sockaddr_in there = {.sin_family = AF_INET};
    char answer[256];
    int s = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    if (s < 0)
        return 0;
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    echo.un.echo.id = htons(7);
    echo.checksum = (uint16_t)~(htons(ICMP_ECHO << 8) + htons(7));
    struct pollfd ready = {.fd = s, .events = POLLIN};
    int done = sendto(s, &echo, sizeof echo, 0, (struct sockaddr *)&there, sizeof there) > 0 &&
               poll(&ready, 1, 1000) == 1 && recv(s, answer, sizeof answer, 0) > 0;
    close(s);
    return done;
}

static int mounts(void) { return mount("none", "/tmp", "tmpfs", 0, "") == 0 && umount("/tmp") == 0; }
static int remounts(void) { return mount("", "/", "", MS_REMOUNT | MS_BIND, "") == 0; }
static int changes_root(void) { return chroot("/tmp") == 0; }
static int traces(void) {
    long init = ptrace(PTRACE_SEIZE, 1, 0, 0);
    return init == 0;
}
static int becomes_root(void) { return setresuid(0, 0, 0) == 0; }
static int leaves(void) { return unshare(CLONE_NEWUSER) == 0; }
static int has_network_of_its_own(void) { return unshare(CLONE_NEWNET) == 0; }
static int sets_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return clock_settime(CLOCK_REALTIME, &now) == 0;
}
static int loads_module(void) {
    /* An empty image: who may load modules is told that it is none (ENOEXEC), all others that they may not. */
    syscall(SYS_init_module, "", 0UL, "");
    return errno == ENOEXEC || errno == EINVAL || errno == EFAULT;
}
static int makes_hostname(void) {
    char name[256];
    gethostname(name, sizeof name);
    return sethostname(name, strlen(name)) == 0;
}
static int writes_and_runs(void) {
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
static int makes_setuid(void) {
    int file = open("/tmp/setuid", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int done = file >= 0 && fchmod(file, 04755) == 0;
    int why = errno;
    unlink("/tmp/setuid");
    errno = why;
    return done;
}
static int real_time(void) {
    struct sched_param param = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_FIFO, &param) == 0;
}
static int reads_kernel_log(void) { return syscall(SYS_syslog, 3, malloc(64), 64) >= 0; }
static int observes(void) { return syscall(SYS_bpf, 5, NULL, 0) >= 0 || errno == E2BIG || errno == EFAULT || errno == EINVAL; }
static int keeps_keys(void) { return syscall(SYS_keyctl, 0, -3, 1) >= 0; }
static int changes_personality(void) { return syscall(SYS_personality, 0x0008) >= 0; }
static int reboots(void) { return syscall(SYS_reboot, 0, 0, 0, NULL) >= 0 || errno == EINVAL; }
static int swaps(void) { return syscall(SYS_swapon, "/nonexistent", 0) == 0 || errno == ENOENT; }

/* A copy of this program, setuid root. Whoever is root already loses nothing by trying. */
static int gains_by_setuid(void) {
    if (is_root() && setresuid(65534, 65534, 65534) != 0)
        return 0;
    execl("/usr/local/libexec/probe-setuid", "probe", "am-i-root", NULL);
    return 0;
}

static int sees_others(void) {
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    int others = 0;
    while (processes && (entry = readdir(processes))) {
        int process = atoi(entry->d_name);
        others += process > 0 && process != getpid();
    }
    closedir(processes);
    errno = ENOENT;
    return others > 0;
}

static int core_limit(void) {
    struct rlimit limit;
    int most = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max > 0;
    errno = EFBIG;
    return most;
}

static int has_capability(int capability) {
    errno = EPERM;
    return prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
}

int main(int count, char **words) {
    if (count > 1 && strcmp(words[1], "am-i-root") == 0)
        return is_root() ? 0 : EPERM;

    tell("write /etc", writes("/etc/wanctl/probe"));
    tell("write /usr", writes("/usr/local/bin/probe.new"));
    tell("write /root", writes("/root/probe"));
    tell("read /root", reads("/root/password"));
    tell("read /home", reads("/home/somebody/secret"));
    tell("read the secrets file", reads("/etc/wanctl/secrets"));
    tell("read /etc/shadow", reads("/etc/shadow"));
    tell("read /dev/kmsg", reads("/dev/kmsg"));
    tell("read /proc/kcore", reads("/proc/kcore"));
    tell("write /proc/sys", could_write("/proc/sys/kernel/domainname"));
    tell("see other processes", sees_others());
    tell("trace another process", in_child(traces));
    tell("become root", in_child(becomes_root));
    tell("gain by a setuid program", in_child(gains_by_setuid));
    tell("make a setuid program", in_child(makes_setuid));
    tell("mount", in_child(mounts));
    tell("mount / writable", in_child(remounts));
    tell("chroot", in_child(changes_root));
    tell("make a user namespace", in_child(leaves));
    tell("make a network namespace", in_child(has_network_of_its_own));
    tell("set the clock", in_child(sets_clock));
    tell("set the host name", in_child(makes_hostname));
    tell("load a module", in_child(loads_module));
    tell("read the kernel's log", in_child(reads_kernel_log));
    tell("use bpf", in_child(observes));
    tell("use kernel keys", in_child(keeps_keys));
    tell("change personality", in_child(changes_personality));
    tell("reboot", in_child(reboots));
    tell("swap", in_child(swaps));
    tell("real-time scheduling", in_child(real_time));
    tell("memory to write and run", in_child(writes_and_runs));
    tell("bind a low port", binds(80));
    tell("open a packet socket", with_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
    tell("open a Bluetooth socket", with_socket(31, SOCK_RAW, 0));
    tell("leave a core file", core_limit());
    tell("keep CAP_SYS_ADMIN", has_capability(21));
    tell("keep CAP_NET_ADMIN", has_capability(12));
    tell("keep CAP_SYS_PTRACE", has_capability(19));
    tell("keep CAP_DAC_OVERRIDE", has_capability(1));

    tell("state: write /var/lib/wanctl", writes("/var/lib/wanctl/probe"));
    tell("state: write /run/wanctl", writes("/run/wanctl/probe"));
    tell("log: write /var/log/wanctl", writes("/var/log/wanctl/probe"));
    tell("config: read /etc/wanctl/wan1.yaml", reads("/etc/wanctl/wan1.yaml"));
    tell("ping: a raw ICMP echo and its answer", pings());
    tell("router: connect to port 8443", connects(8443));
    tell("health: listen on port 9199", binds(9199));
    return 0;
}

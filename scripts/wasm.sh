# shellcheck shell=bash disable=SC2034,SC2154
# Sourced after lib.sh: what compiles the page. There are two ways:
#   rustup   the toolchain in use has the standard library for wasm32 (or rustup can fetch it);
#   debian   where rustup cannot fetch, Debian's rustc-web with the library's sources, compiled once.
# VM_WASM=rustup or VM_WASM=debian forces one of them.
trunk_version=0.21.14
bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock; }

wasm_target=wasm32-unknown-unknown

rustup_ready() {
  has rustc && [[ -d $(rustc --print sysroot)/lib/rustlib/$wasm_target/lib ]]
}
debian_ready() {
  [[ -x /usr/bin/cargo && -x /usr/bin/rust-lld && -d /usr/lib/rustlib/src/rust/library/std ]]
}

# wasm_way: prints the way that is ready, preferring rustup's; fails when none is.
wasm_way() {
  if [[ ${VM_WASM:-rustup} == rustup ]] && rustup_ready; then
    echo rustup
  elif [[ ${VM_WASM:-debian} == debian ]] && debian_ready; then
    echo debian
  else
    return 1
  fi
}

# wasm_install: makes one way ready.
wasm_install() {
  if [[ ${VM_WASM:-rustup} == rustup ]] && has rustup; then
    say "Adding the target $wasm_target with rustup"
    timeout 120 rustup target add "$wasm_target" && rustup_ready && return
    say "rustup cannot fetch it: taking Debian's toolchain for the page instead"
  fi
  if [[ ${VM_WASM:-debian} == debian ]]; then
    apt_install rustc-web cargo-web rust-web-src rust-web-llvm
    [[ -x /usr/bin/rust-lld ]] || apt_install "$(readlink /usr/bin/rust-lld)" # the linker's package has its version in its name
  fi
  wasm_way >/dev/null || die "No compiler for the page: run 'rustup target add $wasm_target' where the network allows it, then repeat."
}

# wasm_env: sets up this shell so that `cargo` and `trunk` compile for WebAssembly.
wasm_env() {
  CARGO_TARGET_DIR=$(realpath "$page_target")
  export CARGO_TARGET_DIR
  # wasm-opt strips more, and the linker would strip the list of features that wasm-opt goes by.
  export CARGO_PROFILE_WASM_RELEASE_STRIP=none
  if [[ $(wasm_way) == debian ]]; then
    export PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort
  fi
}

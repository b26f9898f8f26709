#!/bin/sh
# Installs what `hebb bench` compares with, on Debian or Ubuntu: install.sh [openblas] [onednn] [torch] [onnxruntime]; without a name, all.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=
[ "$(id -u)" = 0 ] || root=sudo
[ $# -gt 0 ] || set -- openblas onednn torch onnxruntime

# NumPy and PyTorch call whatever libblas.so.3 is: the reference BLAS is many times slower than OpenBLAS.
use_openblas() {
    $root apt-get install -y libopenblas0-pthread
    name=$(update-alternatives --get-selections | awk '$1 ~ /^libblas\.so\.3/ { print $1; exit }')
    path=$(update-alternatives --list "$name" | grep openblas | head -n 1)
    $root update-alternatives --set "$name" "$path"
}

for peer; do
    case $peer in
        openblas) $root apt-get install -y libopenblas0-pthread ;;
        onednn) $root apt-get install -y libdnnl2 ;;
        torch)
            $root apt-get install -y python3-torch python3-numpy
            use_openblas
            ;;
        # The package's own install script fetches CUDA libraries; the CPU library is in the package.
        onnxruntime) npm install --prefix "$here" --no-save --ignore-scripts onnxruntime-node@1.30 ;;
        *)
            echo "install.sh: unknown peer $peer (there are openblas, onednn, torch and onnxruntime)" >&2
            exit 2
            ;;
    esac
done

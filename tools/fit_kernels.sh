#!/bin/bash
# Fits every measured kernel calibration again, from where it stands, against the catalog's chips:
#   tools/fit_kernels.sh MEASURED [BUILD]
# MEASURED holds matmul.csv.gz and its like, neusight/ and infersim/. The tables overwrite
# catalog/calibration/kernels; files that name borrowed_from are copies and are made again.
set -euo pipefail
measured=$1 build=${2:-build/dev}
catalog=$(dirname "$0")/../catalog
kernels=$catalog/calibration/kernels

fit() {  # folder, device in its tables, chip, calibration
  "$build/orrery-fit-kernels" "$1" "$catalog/chips/$3.yaml" "$2" "$kernels/$4.yaml" "$kernels/$4.yaml"
}
fit "$measured" a100_sxm a100-sxm-80gb a100-sxm
fit "$measured" h100_sxm h100-sxm h100-sxm
fit "$measured" h200_sxm h200 h200
fit "$measured" b200_sxm b200 b200
fit "$measured" b300_sxm b300 b300
fit "$measured" gb200 gb200 gb200
fit "$measured" rtx_pro_6000_server rtx-pro-6000-server rtx-pro-6000-server
fit "$measured/neusight" "NVIDIA H100 80GB HBM3" h100-sxm h100-sxm
fit "$measured/neusight" "NVIDIA A100 80GB PCIe" a100-pcie-80gb a100-sxm
fit "$measured/infersim" h800 h800 h800
fit "$measured/infersim" h20 h20 h20
# v100 was timed on the PCIe board (14 TFLOPS in fp32), which the catalog does not list.

for copy in "$kernels"/*.yaml; do
  from=$(sed -n 's/^borrowed_from: "\(.*\)"/\1/p' "$copy")
  [ -n "$from" ] || continue
  name=$(basename "$copy" .yaml)
  sed -e "s|^name:.*|name: \"$name\"|" -e "s|^\(date:.*\)|\1\nborrowed_from: \"$from\"|" \
    "$kernels/$from.yaml" > "$copy.new"
  mv "$copy.new" "$copy"
done

"""The TransCom mask: whole codes, centres and not edges, areas of the sphere."""

import numpy as np
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.core.grid import EARTH_AREA
from tenbin.data.surfaces import transcom

NAME = "TRANSCOM_mask_original_1x1.nc"


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "atmosphere" / "transcom_regions"


@pytest.fixture(scope="module")
def mask(folder):
    return transcom.read(folder / NAME)


@pytest.mark.parametrize(
    ("place", "lat", "lon", "code"),
    [
        ("Siberia", 62.5, 110.5, 7), ("Beijing", 39.5, 116.5, 8), ("Kansas", 38.5, -98.5, 2),
        ("Manaus", -3.5, -60.5, 3), ("Paris", 48.5, 2.5, 11), ("Alice Springs", -23.5, 133.5, 10),
        ("Congo", -2.5, 23.5, 6), ("Hawaii", 21.5, -150.5, 12), ("Tasman Sea", -40.5, 160.5, 15),
    ],
)  # fmt: skip
def test_places_lie_in_their_regions(mask, place, lat, lon, code):
    assert int(mask["region"].sel(lat=lat, lon=lon)) == code, place


def test_codes_are_whole_though_the_file_hides_a_denormal_among_noughts(mask, folder):
    raw = xr.open_dataset(folder / NAME, engine="scipy")["mask64"].values
    assert ((raw > 0) & (raw < 1e-30)).any()
    assert mask["region"].dtype == np.int8
    assert set(np.unique(mask["region"])) == set(range(23))
    assert len(transcom.REGIONS) == 23 and len(mask["region"].attrs["flag_meanings"].split()) == 23


def test_longitudes_are_moved_from_western_edges_to_centres(mask):
    assert mask["lon"].values[0] == -179.5 and mask["lon"].values[-1] == 179.5
    land = np.isin(mask["region"], transcom.LAND)
    share = (land * mask["cell_area"]).sum() / EARTH_AREA
    assert 0.24 < float(share) < 0.30


def test_areas_are_exact_and_agree_with_the_producers(mask, folder):
    np.testing.assert_allclose(mask["cell_area"].sum(), EARTH_AREA, rtol=1e-12)
    theirs = transcom.read_area(folder / "area-1x1.nc")
    np.testing.assert_allclose(theirs, mask["cell_area"], rtol=1e-4)
    np.testing.assert_allclose(theirs.sum(), 510.06e12, rtol=1e-4)


def altered(folder, tmp_path, change):
    raw = xr.open_dataset(folder / NAME, engine="scipy").load()
    path = tmp_path / "mask.nc"
    change(raw).to_netcdf(path, engine="scipy")
    return path


def test_a_mask_with_strange_values_or_axes_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match="0 to 22"):
        transcom.read(altered(folder, tmp_path, lambda ds: ds + 0.4))
    with pytest.raises(InputError, match="western edges"):
        transcom.read(altered(folder, tmp_path, lambda ds: ds.assign_coords(longitude=ds.longitude + 0.5)))
    with pytest.raises(InputError, match="mask64") as caught:
        transcom.read(altered(folder, tmp_path, lambda ds: ds.rename(mask64="mask")))
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_cut_or_no_netcdf_is_refused(folder, tmp_path):
    path = tmp_path / "mask.nc"
    path.write_bytes((folder / NAME).read_bytes()[:1000])
    with pytest.raises(InputError, match="NetCDF"):
        transcom.read(path)
    path.write_text("no netcdf")
    with pytest.raises(InputError, match="NetCDF"):
        transcom.read(path)
    with pytest.raises(InputError, match="NetCDF"):
        transcom.read(tmp_path / "absent.nc")

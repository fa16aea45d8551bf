// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Garage {
    struct Car {
        uint256 litres;
    }

    Car private car;

    constructor(uint256 litres_) {
        car.litres = litres_;
    }

    function refuel(uint256 more) external {
        Car memory mine = car;
        mine.litres += more;
        if (mine.litres > 1000) car = mine;
    }

    function drive(uint256 used) external returns (uint256) {
        Car storage before = car;
        car.litres -= used;
        return before.litres;
    }

    function litres() external view returns (uint256) {
        return car.litres;
    }
}
